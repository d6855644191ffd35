import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { formatYear } from '../../../shared/format';
import { WINDOW_ORDER } from '../../../staff/features/locks/windows';
import { useSchoolYear, useSession } from '../../../staff/features/session/SessionContext';
import { Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { CalendarDocument, LockStatusDocument } from '../../gql/graphql';
import { LiveLine } from '../../ui/LiveLine';
import { useLive } from '../../useLive';
import { Changes } from './Changes';
import { PeriodCard } from './PeriodCard';

/** The two locks of a school year, and what is proposed for them. */
export function Calendar() {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const isDepartment = useSession().assignment.role === 'DEPARTMENT_OFFICER';
  const [{ data, error }, refetch] = useQuery({ query: CalendarDocument, variables: { schoolYear } });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const isLive = useLive(LockStatusDocument, refresh);
  useTitle(t`Kỳ chốt`);

  const year = formatYear(schoolYear);
  return (
    <>
      <h1>
        <Trans>Kỳ chốt năm học {year}</Trans>
      </h1>
      <p>
        <Trans>
          Sau khi chốt, nội dung học bạ không thay đổi được bằng bất cứ cách nào; học bạ có hiệu lực từ lúc chốt.
        </Trans>
      </p>
      <LiveLine isLive={isLive} />
      <Loaded data={data} error={error} onRetry={refresh}>
        <div className="cards">
          {WINDOW_ORDER.map((window) => (
            <PeriodCard
              key={window}
              window={window}
              period={data?.lockPeriods.find((period) => period.window === window)}
              onChanged={refresh}
            />
          ))}
        </div>
        {isDepartment && <Changes schoolYear={schoolYear} known={data} onChanged={refresh} />}
      </Loaded>
    </>
  );
}
