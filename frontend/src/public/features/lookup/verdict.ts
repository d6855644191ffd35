import type { LookupQuery } from '../../gql/graphql';

export type Year = LookupQuery['lookup']['years'][number];

/** What a person wants to know of the whole book, before any detail. */
export type BookVerdict = 'IN_EFFECT' | 'PARTLY_IN_EFFECT' | 'NOT_YET_IN_EFFECT' | 'WITHDRAWN';

/** The newest year decides whether something is withdrawn; the others, how much of the book is in effect. */
export function bookVerdict(years: Pick<Year, 'verdict' | 'schoolYear'>[]): BookVerdict {
  const newest = newestFirst(years)[0];
  if (newest?.verdict === 'WITHDRAWN') return 'WITHDRAWN';
  const locked = years.filter((year) => year.verdict === 'LOCKED').length;
  if (locked === 0) return 'NOT_YET_IN_EFFECT';
  return locked === years.length ? 'IN_EFFECT' : 'PARTLY_IN_EFFECT';
}

export function newestFirst<Item extends { schoolYear: string }>(years: Item[]): Item[] {
  return [...years].sort((left, right) => right.schoolYear.localeCompare(left.schoolYear));
}
