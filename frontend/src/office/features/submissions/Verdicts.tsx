import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { formatTime } from '../../../shared/format';
import { compareNames } from '../../../shared/names';
import { Tag } from '../../ui/Tag';
import { VERDICTS } from './actions';
import type { PacketView } from './SubmissionPage';

type Item = PacketView['items'][number];

/** Refused first, then what waits: both ask for something. */
const ORDER: Item['verdict'][] = ['REJECTED', 'PENDING', 'WITHDRAWN', 'ACCEPTED'];

const byNeed = (left: Item, right: Item) =>
  ORDER.indexOf(left.verdict) - ORDER.indexOf(right.verdict) ||
  compareNames(left.record?.pupilName ?? '', right.record?.pupilName ?? '');

/** Each record of a packet with the department's verdict and its reason. */
export function Verdicts({ packet }: { packet: PacketView }) {
  const { t } = useLingui();
  return (
    <section aria-labelledby="verdicts">
      <h2 id="verdicts">
        <Trans>Kết quả từng học bạ</Trans>
      </h2>
      <table className="table" aria-labelledby="verdicts">
        <thead>
          <tr>
            <th scope="col">{t`Học sinh`}</th>
            <th scope="col">{t`Kết quả`}</th>
            <th scope="col">{t`Lý do`}</th>
          </tr>
        </thead>
        <tbody>
          {[...packet.items].sort(byNeed).map((item) => (
            <tr key={item.recordId}>
              <th scope="row">
                <Link to="/hoc-ba/$recordId" params={{ recordId: item.recordId }}>
                  {item.record?.pupilName ?? t`Mở học bạ`}
                </Link>
              </th>
              <td>
                <Tag view={VERDICTS[item.verdict]} />
                {item.decidedAt && <small> {formatTime(item.decidedAt)}</small>}
              </td>
              <td>
                {[item.message, item.reason].filter(Boolean).join(' ')}
                {item.field && <small className="mono"> {item.field}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
