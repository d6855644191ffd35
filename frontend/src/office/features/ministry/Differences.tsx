import { useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { Loaded } from '../../../staff/ui/Note';
import { MinistryDifferencesDocument, type MinistryDifferenceKind } from '../../gql/graphql';
import { Pager, usePages } from '../../ui/Pager';
import { DIFFERENCES } from './actions';
import { RecordCell } from './RecordCell';

/** The records that differ in one way. */
export function Differences({ lockPeriodId, kind }: { lockPeriodId: string; kind: MinistryDifferenceKind }) {
  const { t } = useLingui();
  const pages = usePages();
  const variables = { lockPeriodId, kind, after: pages.after };
  const [{ data, error }, again] = useQuery({ query: MinistryDifferencesDocument, variables });
  return (
    <Loaded data={data} error={error} onRetry={() => again({ requestPolicy: 'network-only' })}>
      <table className="table" aria-label={t(DIFFERENCES[kind])}>
        <thead>
          <tr>
            <th scope="col">{t`Học sinh`}</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          {data?.ministryReconciliation.nodes.map((item) => (
            <tr key={`${item.recordId}${item.digest}`}>
              <RecordCell record={item.record} />
              <td className="mono">{item.digest}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pager pages={pages} info={data?.ministryReconciliation.pageInfo} />
    </Loaded>
  );
}
