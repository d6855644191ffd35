import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { formatYear } from '../../../shared/format';
import { WINDOWS } from '../../../staff/features/locks/windows';
import { useSchoolYear } from '../../../staff/features/session/SessionContext';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { CalendarDocument, MinistryReportsDocument, type PeriodFactsFragment } from '../../gql/graphql';
import { ActButton } from '../../ui/ActButton';
import { Pager, usePages } from '../../ui/Pager';
import { usePolled } from '../../usePolled';
import { BUILD, RECONCILE } from './actions';
import { Reports } from './Reports';
import { Standing } from './Standing';

/** What the department reported to the Ministry of each lock, and on what the two differ. */
export function MinistryPage() {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const [{ data, error }, again] = useQuery({ query: CalendarDocument, variables: { schoolYear } });
  const year = formatYear(schoolYear);
  useTitle(t`Báo cáo Bộ`);
  return (
    <>
      <h1>
        <Trans>Báo cáo Bộ, năm học {year}</Trans>
      </h1>
      <Loaded data={data} error={error} onRetry={() => again({ requestPolicy: 'network-only' })}>
        {data?.lockPeriods.length === 0 && (
          <Empty>
            <Trans>Chưa có kỳ chốt nào. Báo cáo được lập từ học bạ đã chốt.</Trans>
          </Empty>
        )}
        {data?.lockPeriods.map((period) => <OfPeriod key={period.id} period={period} />)}
      </Loaded>
    </>
  );
}

function OfPeriod({ period }: { period: PeriodFactsFragment }) {
  const { t } = useLingui();
  const pages = usePages();
  const variables = { lockPeriodId: period.id, after: pages.after };
  const [{ data, error }, refetch] = useQuery({ query: MinistryReportsDocument, variables });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const reports = data?.ministryReports.edges.map(({ node }) => node) ?? [];
  const standing = data?.ministryStanding;
  const asks = Boolean(standing?.inventoryAskedAt) && (standing?.inventoryAt ?? '') < (standing?.inventoryAskedAt ?? '');
  usePolled(asks || reports.some(({ state }) => state === 'BUILDING' || state === 'SENDING' || state === 'SENT'), refetch);
  const name = t(WINDOWS[period.window].label);
  return (
    <section className="card" aria-labelledby={period.id}>
      <h2 id={period.id}>{name}</h2>
      <Loaded data={data} error={error} onRetry={refresh}>
        {standing && <Standing period={period} standing={standing} />}
        <div className="acts">
          {(standing?.toReport ?? 0) > 0 && <ActButton id={period.id} name={name} act={BUILD} onDone={refresh} />}
          <ActButton id={period.id} name={name} act={RECONCILE} onDone={refresh} />
        </div>
        <Reports reports={reports} onChanged={refresh} />
        <Pager pages={pages} info={data?.ministryReports.pageInfo} />
      </Loaded>
    </section>
  );
}
