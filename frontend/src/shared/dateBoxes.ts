/** A date as three boxes hold it: what was typed, not yet a date. */
export interface DateBoxes {
  day: string;
  month: string;
  year: string;
}

export type DateProblem = 'EMPTY' | 'INCOMPLETE' | 'NO_SUCH_DAY' | 'FUTURE';

export const EMPTY_DATE: DateBoxes = { day: '', month: '', year: '' };

/** The ISO date in three boxes, or what is wrong with them. */
export function readDate(boxes: DateBoxes, today: Date = new Date()): { iso: string } | { problem: DateProblem } {
  const { day, month, year } = boxes;
  if (!day && !month && !year) return { problem: 'EMPTY' };
  if (!day || !month || year.length !== 4) return { problem: 'INCOMPLETE' };
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const exists = date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1;
  if (!exists) return { problem: 'NO_SUCH_DAY' };
  return date > today ? { problem: 'FUTURE' } : { iso: date.toISOString().slice(0, 10) };
}

/** A whole date pasted into one box, such as 02/09/2016 or 2016-09-02, spread over the three. */
export function spreadDate(text: string): DateBoxes | null {
  const vietnamese = /^\s*(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})\s*$/.exec(text);
  if (vietnamese) return { day: vietnamese[1] ?? '', month: vietnamese[2] ?? '', year: vietnamese[3] ?? '' };
  const iso = /^\s*(\d{4})-(\d{2})-(\d{2})\s*$/.exec(text);
  return iso ? { day: iso[3] ?? '', month: iso[2] ?? '', year: iso[1] ?? '' } : null;
}
