import type { LockWindow } from '../../gql/graphql';

const OFFSET = '+07:00'; // Vietnam has had no summer time since 1975
const OFFSET_MS = 7 * 3_600_000;

/** The value of a date-and-time box as an instant in Vietnam, or null when it is none. */
export function toInstant(local: string): string | null {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(local) ? `${local}:00${OFFSET}` : null;
}

/** An instant as the value of a date-and-time box. */
export function toLocal(iso: string): string {
  return new Date(new Date(iso).getTime() + OFFSET_MS).toISOString().slice(0, 16);
}

/** The plan's deadlines: the end of 30/6, and of 15/8. */
export function usualDeadline(schoolYear: string, window: LockWindow): string {
  const year = schoolYear.slice(5);
  return window === 'MAIN' ? `${year}-06-30T23:59` : `${year}-08-15T23:59`;
}
