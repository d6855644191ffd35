import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { formatYear } from '../../../shared/format';
import { LockPeriodsDocument } from '../../gql/graphql';
import { Loaded } from '../../ui/Note';
import { useTitle } from '../../ui/useTitle';
import { useSchoolYear } from '../session/SessionContext';
import { PeriodCard } from './PeriodCard';
import { WINDOW_ORDER } from './windows';

const ASK_MS = 5000;

/** The two locks of a school year. */
export function LockPeriods() {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const [{ data, error }, refetch] = useQuery({ query: LockPeriodsDocument, variables: { schoolYear } });
  const pending = data?.lockPeriods.some((period) => period.sealsPending > 0) ?? false;
  useTitle(t`Kỳ chốt`);

  useEffect(() => {
    if (!pending) return undefined;
    const timer = setInterval(() => refetch({ requestPolicy: 'network-only' }), ASK_MS);
    return () => clearInterval(timer);
  }, [pending, refetch]);

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
      <Loaded data={data} error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })}>
        <div className="cards">
          {WINDOW_ORDER.map((window) => (
            <PeriodCard
              key={window}
              window={window}
              schoolYear={schoolYear}
              period={data?.lockPeriods.find((period) => period.window === window)}
              onChanged={() => refetch({ requestPolicy: 'network-only' })}
            />
          ))}
        </div>
      </Loaded>
    </>
  );
}
