import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { formatDate, formatNumber } from '../../../shared/format';
import { compareNames } from '../../../shared/names';
import { ProgressDaysDocument } from '../../gql/graphql';
import { reportedOf, shadeOf, totalOf, type Day } from './days';
import type { SchoolLine } from './lines';

interface HeatMapProps {
  lines: SchoolLine[];
  span: { first: string; last: string };
  schoolYear: string;
}

/** Every district by day: the darker, the more of it had been reported. */
export function HeatMap({ lines, span, schoolYear }: HeatMapProps) {
  const { t } = useLingui();
  const districts = useMemo(() => {
    const found = new Map(lines.map(({ district }) => [district.id, district]));
    return [...found.values()].filter(({ id }) => id).sort((left, right) => compareNames(left.name, right.name));
  }, [lines]);
  return (
    <section aria-labelledby="heat">
      <h2 id="heat">
        <Trans>Huyện theo ngày</Trans>
      </h2>
      <table className="table heat" aria-label={t`Phần đã nộp của mỗi huyện theo ngày`}>
        <thead>
          <tr>
            <th scope="col">{t`Huyện`}</th>
            <th scope="col">{t`30 ngày qua`}</th>
            <th scope="col" className="number">{t`Đã nộp`}</th>
          </tr>
        </thead>
        <tbody>
          {districts.map((district) => (
            <Row key={district.id} district={district} span={span} schoolYear={schoolYear} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

type RowProps = Omit<HeatMapProps, 'lines'> & { district: SchoolLine['district'] };

function Row({ district, span, schoolYear }: RowProps) {
  const [{ data }] = useQuery({ query: ProgressDaysDocument, variables: { schoolYear, ...span, unitId: district.id } });
  const days = data?.progressHistory ?? [];
  const today = days.at(-1);
  return (
    <tr>
      <th scope="row">
        <Link to="/tien-do" search={{ huyen: district.id }}>
          {district.name}
        </Link>
      </th>
      <td>
        <Days days={days} name={district.name} />
      </td>
      <td className="number">{today && `${formatNumber(reportedOf(today))} / ${formatNumber(totalOf(today))}`}</td>
    </tr>
  );
}

function Days({ days, name }: { days: Day[]; name: string }) {
  const { t } = useLingui();
  const share = (day: Day) => reportedOf(day) / Math.max(1, totalOf(day));
  const last = days.at(-1);
  const label = last ? t`${name}: ${formatDate(last.day)} đã nộp ${formatNumber(Math.round(share(last) * 100))}%` : name;
  return (
    <svg className="heat-row" viewBox={`0 0 ${Math.max(1, days.length)} 1`} preserveAspectRatio="none" role="img" aria-label={label}>
      {days.map((day, index) => (
        <rect key={day.day} className={`heat-${shadeOf(share(day))}`} x={index} width="0.92" height="1">
          <title>{formatDate(day.day)}</title>
        </rect>
      ))}
    </svg>
  );
}
