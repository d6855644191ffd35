import { compareClasses } from '../../../shared/names';
import type { ProgressQuery, RecordState } from '../../gql/graphql';

export type ClassProgress = ProgressQuery['progress'][number];
/** What adding up needs of a class. */
type Counted = Pick<ClassProgress, 'counts'>;
export type Counts = Partial<Record<RecordState, number>>;

/** A line of the overview: a class, or for those who see many schools, a school. */
export interface Line {
  id: string;
  name: string;
  place: string;
  counts: Counts;
  total: number;
}

export function countOf(counts: Counts, state: RecordState): number {
  return counts[state] ?? 0;
}

export function totalCounts(progress: Counted[]): Counts {
  return progress.reduce<Counts>((sum, item) => added(sum, item), {});
}

/** Classes of one school, in the order of a school: 1A, 1B … 5C. */
export function classLines(progress: ClassProgress[]): Line[] {
  return progress
    .flatMap((item) => {
      const { school, schoolClass } = item;
      return schoolClass ? [line(schoolClass.id, schoolClass.name, school?.name ?? '', added({}, item))] : [];
    })
    .sort((left, right) => compareClasses(left.name, right.name));
}

/** Schools, those with least done first. */
export function schoolLines(progress: ClassProgress[]): Line[] {
  const schools = new Map<string, Line>();
  for (const item of progress) {
    if (!item.school) continue;
    const { id, name, district } = item.school;
    const known = schools.get(id) ?? line(id, name, district, {});
    schools.set(id, line(id, name, district, added(known.counts, item)));
  }
  return [...schools.values()].sort(
    (left, right) => doneShare(left) - doneShare(right) || compareClasses(left.name, right.name),
  );
}

/** Where each state stands in a bar as wide as the total. */
export function segments(counts: Counts, order: RecordState[]): { state: RecordState; start: number; width: number }[] {
  let start = 0;
  const found = [];
  for (const state of order) {
    const width = countOf(counts, state);
    if (width > 0) found.push({ state, start, width });
    start += width;
  }
  return found;
}

/** How much of a line has reached the department's acceptance, 0 to 1. */
export function doneShare({ counts, total }: Pick<Line, 'counts' | 'total'>): number {
  return total === 0 ? 0 : (countOf(counts, 'ACCEPTED') + countOf(counts, 'LOCKED')) / total;
}

function line(id: string, name: string, place: string, counts: Counts): Line {
  return { id, name, place, counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) };
}

function added(sum: Counts, item: Counted): Counts {
  const next = { ...sum };
  for (const { state, count } of item.counts) next[state] = (next[state] ?? 0) + count;
  return next;
}
