import { Trans, useLingui } from '@lingui/react/macro';
import { formatNumber, formatSize, formatTime } from '../../../shared/format';
import type { MinistryReportQuery } from '../../gql/graphql';
import { Tag } from '../../ui/Tag';
import { PART_STATES } from './actions';

/** The files of a report; the first is the signed manifest. */
export function Parts({ parts }: { parts: MinistryReportQuery['ministryParts']['nodes'] }) {
  const { t } = useLingui();
  if (parts.length === 0) return null;
  return (
    <section aria-labelledby="parts">
      <h2 id="parts">
        <Trans>Các tệp</Trans>
      </h2>
      <table className="table" aria-labelledby="parts">
        <thead>
          <tr>
            <th scope="col">{t`Tệp`}</th>
            <th scope="col">{t`Tình trạng`}</th>
            <th scope="col" className="number">{t`Học bạ`}</th>
            <th scope="col" className="number wide-only">{t`Cỡ`}</th>
            <th scope="col" className="wide-only">{t`Bộ nhận lúc`}</th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part.number}>
              <th scope="row">{part.number === 0 ? t`Bảng kê đã ký` : t`Phần ${part.number}`}</th>
              <td>
                <Tag view={PART_STATES[part.state]} />
              </td>
              <td className="number">{formatNumber(part.recordCount)}</td>
              <td className="number wide-only">{formatSize(part.size)}</td>
              <td className="wide-only">{part.sentAt && formatTime(part.sentAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
