import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { formatNumber, formatYear } from '../../../shared/format';
import { LockStrip } from '../../../staff/features/locks/LockStrip';
import { useSchoolYear, useSession } from '../../../staff/features/session/SessionContext';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { ProgressChangedDocument, ProgressDaysDocument, SchoolsProgressDocument } from '../../gql/graphql';
import { LiveLine } from '../../ui/LiveLine';
import { useLive } from '../../useLive';
import { BurnUp } from './BurnUp';
import { daysBefore, reportedOf, sinceYesterday, totalOf, type Day } from './days';
import { HeatMap } from './HeatMap';
import { linesOf } from './lines';
import { SchoolTable } from './SchoolTable';

const DAYS = 30;
const NONE: Day[] = [];

const route = getRouteApi('/tien-do');

/** How far the schools are: burn-up, district by day, and the slowest first. */
export function ProgressPage() {
  const { t } = useLingui();
  const { huyen } = route.useSearch();
  const schoolYear = useSchoolYear();
  const isDepartment = useSession().assignment.unitKind === 'DEPARTMENT';
  const [span] = useState(() => daysBefore(new Date(), DAYS));
  const [schools, askSchools] = useQuery({ query: SchoolsProgressDocument, variables: { schoolYear, districtId: huyen ?? null } });
  const [history, askDays] = useQuery({ query: ProgressDaysDocument, variables: { schoolYear, ...span, unitId: huyen ?? null } });
  const again = () => {
    askSchools({ requestPolicy: 'network-only' });
    askDays({ requestPolicy: 'network-only' });
  };
  const isLive = useLive(ProgressChangedDocument, again, { schoolYear });
  const lines = useMemo(() => (schools.data ? linesOf(schools.data) : []), [schools.data]);
  const days = history.data?.progressHistory ?? NONE;
  const year = formatYear(schoolYear);
  useTitle(t`Tiến độ`);
  return (
    <>
      {huyen && (
        <p className="back">
          <Link to="/tien-do" search={{}}>
            <Trans>Toàn tỉnh</Trans>
          </Link>
        </p>
      )}
      <h1>{huyen ? lines[0]?.district.name : <Trans>Tiến độ năm học {year}</Trans>}</h1>
      <LockStrip schoolYear={schoolYear} />
      <LiveLine isLive={isLive} />
      <Loaded data={history.data} error={history.error} onRetry={again}>
        <Sums days={days} />
        <BurnUp days={days} />
      </Loaded>
      <Loaded data={schools.data} error={schools.error} onRetry={again}>
        {isDepartment && !huyen && <HeatMap lines={lines} span={span} schoolYear={schoolYear} />}
        {lines.length === 0 ? (
          <Empty>
            <Trans>Chưa trường nào có học bạ trong năm học này.</Trans>
          </Empty>
        ) : (
          <SchoolTable lines={lines} />
        )}
      </Loaded>
    </>
  );
}

function Sums({ days }: { days: Day[] }) {
  const { t } = useLingui();
  const today = days.at(-1) ?? { counts: [] };
  const total = totalOf(today);
  const reported = reportedOf(today);
  const share = formatNumber(Math.round((total === 0 ? 0 : reported / total) * 1000) / 10);
  return (
    <dl className="counts">
      <div>
        <dt>{t`Đã nộp về Sở`}</dt>
        <dd>
          {formatNumber(reported)} / {formatNumber(total)} ({share}%)
        </dd>
      </div>
      <div>
        <dt>{t`So với hôm qua`}</dt>
        <dd>{plural(sinceYesterday(days), { 0: 'không đổi', other: '+# học bạ' })}</dd>
      </div>
    </dl>
  );
}
