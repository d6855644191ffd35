import { expect, test } from 'vitest';
import { bookVerdict, newestFirst, type Year } from './verdict';

const year = (schoolYear: string, verdict: Year['verdict']) => ({ schoolYear, verdict });

test('a book is in effect when each of its years is locked', () => {
  expect(bookVerdict([year('2023-2024', 'LOCKED'), year('2024-2025', 'LOCKED')])).toBe('IN_EFFECT');
});

test('a year that is not locked yet does not make the others doubtful', () => {
  expect(bookVerdict([year('2023-2024', 'LOCKED'), year('2024-2025', 'NOT_YET_LOCKED')])).toBe('PARTLY_IN_EFFECT');
});

test('a book of which nothing is locked is genuine, but not in effect', () => {
  expect(bookVerdict([year('2024-2025', 'NOT_YET_LOCKED')])).toBe('NOT_YET_IN_EFFECT');
});

test('a withdrawal of the newest year is the first thing to say', () => {
  expect(bookVerdict([year('2024-2025', 'WITHDRAWN'), year('2023-2024', 'LOCKED')])).toBe('WITHDRAWN');
});

test('the newest year stands first', () => {
  const years = [year('2023-2024', 'LOCKED'), year('2024-2025', 'LOCKED')];
  expect(newestFirst(years).map((item) => item.schoolYear)).toEqual(['2024-2025', '2023-2024']);
});
