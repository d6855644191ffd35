import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { formatInstant, formatTime } from '../../../shared/format';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { ExceptionsDocument, type ExceptionFactsFragment, type PeriodFactsFragment } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { Pager, usePages } from '../../ui/Pager';
import { Tag } from '../../ui/Tag';
import { useAgain } from '../../useAgain';
import { EXCEPTION_ACTIONS } from './actions';
import { decisionOf } from './decisions';

/** Who may act after the deadline, until when, and who said so. */
export function Exceptions({ period }: { period: PeriodFactsFragment }) {
  const { t } = useLingui();
  const pages = usePages();
  const variables = { lockPeriodId: period.id, after: pages.after };
  const [{ data, error }, refetch] = useQuery({ query: ExceptionsDocument, variables });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const found = data?.lockExceptions.edges.map(({ node }) => node) ?? [];
  useAgain(period, refetch);
  return (
    <section aria-labelledby="exceptions">
      <h2 id="exceptions">
        <Trans>Ngoại lệ sau hạn</Trans>
      </h2>
      <Loaded data={data} error={error} onRetry={refresh}>
        {found.length === 0 ? (
          <Empty>
            <Trans>Không có ngoại lệ nào: sau hạn chốt mọi trường đều dừng.</Trans>
          </Empty>
        ) : (
          <table className="table" aria-label={t`Ngoại lệ sau hạn`}>
            <thead>
              <tr>
                <th scope="col">{t`Trường, lớp`}</th>
                <th scope="col">{t`Đến lúc`}</th>
                <th scope="col" className="wide-only">{t`Lý do`}</th>
                <th scope="col">{t`Tình trạng`}</th>
              </tr>
            </thead>
            <tbody>
              {found.map((item) => (
                <Line key={item.id} item={item} onChanged={refresh} />
              ))}
            </tbody>
          </table>
        )}
        <Pager pages={pages} info={data?.lockExceptions.pageInfo} />
      </Loaded>
    </section>
  );
}

function Line({ item, onChanged }: { item: ExceptionFactsFragment; onChanged: () => void }) {
  const { t } = useLingui();
  const place = [item.school?.name, item.schoolClass?.name].filter(Boolean).join(', ');
  const proposed = formatTime(item.proposedAt);
  return (
    <tr>
      <th scope="row">
        {place}
        {!item.schoolClass && <small>{t`cả trường`}</small>}
      </th>
      <td>{formatInstant(item.expiresAt)}</td>
      <td className="wide-only">{item.reason}</td>
      <td>
        <Tag view={decisionOf(item)} />
        <br />
        <small>
          {item.decidedBy && item.decidedAt ? (
            <>
              {item.proposedBy} → {item.decidedBy}, {formatTime(item.decidedAt)}
            </>
          ) : (
            <Trans>
              {item.proposedBy} đề nghị, {proposed}
            </Trans>
          )}
        </small>
        {!item.decidedAt && <Acts subject={item} table={EXCEPTION_ACTIONS} name={place} onDone={onChanged} />}
      </td>
    </tr>
  );
}
