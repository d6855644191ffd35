import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { StateTag } from '../../../staff/features/records/StateTag';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { MissingLockDocument, type Blocker, type PeriodFactsFragment } from '../../gql/graphql';
import { Pager, usePages } from '../../ui/Pager';

interface MissingProps {
  period: PeriodFactsFragment;
  unitId: string | undefined;
  blocker: Blocker | undefined;
}

/** The records that would miss the lock, each with what bars it and a way to it. */
export function Missing({ period, unitId, blocker }: MissingProps) {
  const { t } = useLingui();
  const pages = usePages();
  const variables = { lockPeriodId: period.id, unitId: unitId ?? null, blocker: blocker ?? null, after: pages.after };
  const [{ data, error }, again] = useQuery({ query: MissingLockDocument, variables });
  const records = data?.recordsMissingLock.edges.map(({ node }) => node) ?? [];
  return (
    <Loaded data={data} error={error} onRetry={() => again({ requestPolicy: 'network-only' })}>
      <h3>
        <Trans>Học bạ sẽ lỡ kỳ chốt</Trans>
      </h3>
      {records.length === 0 ? (
        <Empty>
          <Trans>Không có học bạ nào vướng ở đây.</Trans>
        </Empty>
      ) : (
        <table className="table" aria-label={t`Học bạ sẽ lỡ kỳ chốt`}>
          <thead>
            <tr>
              <th scope="col">{t`Học sinh`}</th>
              <th scope="col">{t`Vướng mắc và cách gỡ`}</th>
              <th scope="col" className="wide-only">{t`Tình trạng`}</th>
            </tr>
          </thead>
          <tbody>
            {records.map((record) => (
              <tr key={record.id}>
                <th scope="row">
                  <Link to="/hoc-ba/$recordId" params={{ recordId: record.id }}>
                    {record.pupilName}
                  </Link>
                  <small>
                    {record.className}, {record.school?.name}
                  </small>
                </th>
                <td>
                  {record.lockBlockers.map((item) => (
                    <div key={item.blocker + item.signerName}>
                      {item.message}
                      {item.signerName && ` (${item.signerName})`} <span className="soft">→ {item.remedyMessage}</span>
                    </div>
                  ))}
                </td>
                <td className="wide-only">
                  <StateTag state={record.state} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Pager pages={pages} info={data?.recordsMissingLock.pageInfo} />
    </Loaded>
  );
}
