import { compareNames } from '../../../shared/names';
import { doneShare, totalCounts, type Counts } from '../../../staff/features/overview/counting';
import type { SchoolsProgressQuery } from '../../gql/graphql';

type Forecast = SchoolsProgressQuery['progressForecast'][number];

/** A school with its counts and its forecast. */
export interface SchoolLine {
  id: string;
  name: string;
  district: { id: string; name: string };
  counts: Counts;
  total: number;
  forecast: Forecast | undefined;
}

/** Schools, the slowest first; schools alike by name. */
export function linesOf({ schoolProgress, progressForecast }: SchoolsProgressQuery): SchoolLine[] {
  const forecasts = new Map(progressForecast.map((forecast) => [forecast.school?.id, forecast]));
  return schoolProgress
    .flatMap((item) => {
      const { school } = item;
      if (!school) return [];
      const counts = totalCounts([item]);
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      const district = school.parent ?? { id: '', name: school.district };
      return [{ id: school.id, name: school.name, district, counts, total, forecast: forecasts.get(school.id) }];
    })
    .sort((left, right) => doneShare(left) - doneShare(right) || compareNames(left.name, right.name));
}
