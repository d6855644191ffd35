import { expect, test } from 'vitest';
import { classLines, doneShare, schoolLines, segments, totalCounts, type ClassProgress } from './counting';

const progress = (school: string, name: string, counts: ClassProgress['counts']): ClassProgress => ({
  school: { id: school, name: `Trường ${school}`, district: 'Hạ Long' },
  schoolClass: { id: `${school} ${name}`, name, grade: Number.parseInt(name, 10) },
  counts,
});

const PROGRESS = [
  progress('B', '2A', [{ state: 'LOCKED', count: 30 }]),
  progress('A', '2A', [
    { state: 'DRAFT', count: 2 },
    { state: 'ACCEPTED', count: 31 },
  ]),
  progress('A', '1A', [{ state: 'DRAFT', count: 33 }]),
];

test('states add up over classes', () => {
  expect(totalCounts(PROGRESS)).toEqual({ DRAFT: 35, ACCEPTED: 31, LOCKED: 30 });
});

test('classes stand in the order of a school', () => {
  const lines = classLines(PROGRESS.filter((item) => item.school?.id === 'A'));
  expect(lines.map((line) => [line.name, line.total])).toEqual([
    ['1A', 33],
    ['2A', 33],
  ]);
});

test('schools are added up, and the slowest stands first', () => {
  expect(schoolLines(PROGRESS).map((line) => [line.id, line.total])).toEqual([
    ['A', 66],
    ['B', 30],
  ]);
});

test('accepted and locked count as done, and nothing is done of nothing', () => {
  expect(doneShare({ counts: { ACCEPTED: 1, LOCKED: 1, DRAFT: 2 }, total: 4 })).toBe(0.5);
  expect(doneShare({ counts: {}, total: 0 })).toBe(0);
});

test('a bar has no gap between its parts, and no part for nothing', () => {
  expect(segments({ DRAFT: 2, ACCEPTED: 3 }, ['DRAFT', 'ISSUED', 'ACCEPTED'])).toEqual([
    { state: 'DRAFT', start: 0, width: 2 },
    { state: 'ACCEPTED', start: 2, width: 3 },
  ]);
});
