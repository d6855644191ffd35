import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { formatInstant } from '../../../shared/format';
import { LockPeriodsDocument, type LockFactsFragment } from '../../gql/graphql';
import { useNow } from '../../ui/useNow';
import { daysUntil } from './deadline';
import { WINDOWS } from './windows';

/** The deadlines of the year in a line each, with the days that are left. */
export function LockStrip({ schoolYear }: { schoolYear: string }) {
  const [{ data }] = useQuery({ query: LockPeriodsDocument, variables: { schoolYear } });
  if (!data || data.lockPeriods.length === 0) return null;
  return (
    <ul className="lock-strip">
      {data.lockPeriods.map((period) => (
        <li key={period.id}>
          <Deadline period={period} />
        </li>
      ))}
    </ul>
  );
}

function Deadline({ period }: { period: LockFactsFragment }) {
  const { t } = useLingui();
  const now = useNow();
  const label = t(WINDOWS[period.window].label);
  if (period.sealedAt) {
    const when = formatInstant(period.sealedAt);
    return (
      <Trans>
        {label}: đã chốt lúc {when}
      </Trans>
    );
  }
  const when = formatInstant(period.locksAt);
  const days = daysUntil(period.locksAt, now);
  return (
    <>
      <Trans>
        {label}: {when}
      </Trans>{' '}
      <b className={days <= 7 ? 'soon' : undefined}>
        {days > 0 ? plural(days, { other: 'còn # ngày' }) : t`đã đến hạn, chờ Sở chốt`}
      </b>
    </>
  );
}
