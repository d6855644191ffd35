import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { formatYear } from '../../../shared/format';
import { WINDOWS } from '../../../staff/features/locks/windows';
import { useSession } from '../../../staff/features/session/SessionContext';
import { Failure, Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { LockStatusDocument, PeriodDocument, type PeriodFactsFragment } from '../../gql/graphql';
import { LiveLine } from '../../ui/LiveLine';
import { Tag } from '../../ui/Tag';
import { useLive } from '../../useLive';
import { Exceptions } from './Exceptions';
import { PeriodActs } from './PeriodActs';
import { PeriodState } from './PeriodState';
import { Preflight } from './Preflight';
import { Rehearsals } from './Rehearsals';
import { STAGES } from './stages';

const route = getRouteApi('/chot/$periodId');

/** One lock: what would miss it, what was tried, who may be late, and how it goes. */
export function PeriodPage() {
  const { t } = useLingui();
  const { periodId } = route.useParams();
  const [{ data, error }, refetch] = useQuery({ query: PeriodDocument, variables: { id: periodId } });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const isLive = useLive(LockStatusDocument, refresh);
  const period = data?.node?.__typename === 'LockPeriod' ? data.node : null;
  useTitle(t`Kỳ chốt`);
  return (
    <Loaded data={data} error={error} onRetry={refresh}>
      <LiveLine isLive={isLive} />
      {period ? <Found period={period} onChanged={refresh} /> : <Failure sentence={t`Không tìm thấy kỳ chốt này.`} />}
    </Loaded>
  );
}

function Found({ period, onChanged }: { period: PeriodFactsFragment; onChanged: () => void }) {
  const { t } = useLingui();
  const { don_vi: unitId, vuong: blocker } = route.useSearch();
  const isDepartment = useSession().assignment.role === 'DEPARTMENT_OFFICER';
  const label = t(WINDOWS[period.window].label);
  const year = formatYear(period.schoolYear);
  return (
    <>
      <p className="back">
        <Link to="/chot">
          <Trans>Kỳ chốt</Trans>
        </Link>
      </p>
      <h1>
        <Trans>
          {label}, năm học {year}
        </Trans>
      </h1>
      <p>
        <Tag view={STAGES[period.stage]} /> · {t(WINDOWS[period.window].who)}
      </p>
      <div className="period-columns">
        <section aria-label={t`Thời hạn`}>
          <PeriodState period={period} />
          <PeriodActs period={period} onChanged={onChanged} />
        </section>
        <div>
          {period.stage !== 'SEALED' && <Preflight period={period} unitId={unitId} blocker={blocker} />}
          {isDepartment && <Rehearsals period={period} />}
          <Exceptions period={period} />
        </div>
      </div>
    </>
  );
}
