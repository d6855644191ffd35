import { expect, test } from 'vitest';
import { daysBefore, shadeOf, sinceYesterday, type Day } from './days';

const day = (name: string, counts: Partial<Record<'DRAFT' | 'SUBMITTED' | 'LOCKED', number>>): Day => ({
  day: name,
  counts: Object.entries(counts).map(([state, count]) => ({ state: state as 'DRAFT', count })),
});

test('the days that are asked for are those of Vietnam', () => {
  expect(daysBefore(new Date('2025-06-29T18:30:00Z'), 3)).toEqual({ first: '2025-06-28', last: '2025-06-30' });
});

test('what was reported since yesterday is what left the schools, not what was entered', () => {
  const days = [day('1', { DRAFT: 10, SUBMITTED: 5 }), day('2', { DRAFT: 20, SUBMITTED: 3, LOCKED: 6 })];
  expect(sinceYesterday(days)).toBe(4);
  expect(sinceYesterday(days.slice(0, 1))).toBe(0);
});

test('only nothing is white and only everything is darkest', () => {
  expect([0, 0.01, 0.5, 0.99, 1].map(shadeOf)).toEqual([0, 1, 2, 3, 4]);
});
