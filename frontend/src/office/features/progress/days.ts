import type { ProgressDaysQuery, RecordState } from '../../gql/graphql';

export type Day = ProgressDaysQuery['progressHistory'][number];

/** Out of the school's hands: what a deadline asks for. The server's forecast counts the same. */
export const REPORTED: RecordState[] = ['SUBMITTED', 'ACCEPTED', 'LOCKED'];

const DAY_MS = 86_400_000;

/** The days that end with one, the oldest first, as the server writes them. */
export function daysBefore(last: Date, count: number): { first: string; last: string } {
  const iso = (instant: number) => new Date(instant + 7 * 3_600_000).toISOString().slice(0, 10); // Vietnam's date
  return { first: iso(last.getTime() - (count - 1) * DAY_MS), last: iso(last.getTime()) };
}

export function totalOf({ counts }: Pick<Day, 'counts'>): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

export function reportedOf({ counts }: Pick<Day, 'counts'>): number {
  return counts.reduce((sum, { state, count }) => sum + (REPORTED.includes(state) ? count : 0), 0);
}

/** How many more were reported at the end of the last day than at the end of the one before. */
export function sinceYesterday(days: Day[]): number {
  const [before, today] = days.slice(-2);
  return before && today ? reportedOf(today) - reportedOf(before) : 0;
}

/** Which of five shades a share has, 0 for nothing and 4 for everything. */
export function shadeOf(share: number): number {
  if (share <= 0) return 0;
  return share >= 1 ? 4 : Math.min(3, Math.ceil(share * 3));
}
