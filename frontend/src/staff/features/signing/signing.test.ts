import { expect, test } from 'vitest';
import { leftOut } from './leftOut';
import { secondsLeft } from './pace';

test('a refusal names the record at its place in the selection', () => {
  const rows = [
    { pupilName: 'Bùi Văn An', className: '1A' },
    { pupilName: 'Vũ Dũng', className: '1B' },
  ];
  expect(leftOut(rows, [{ field: ['recordIds.1'], message: 'Đang chờ ký.' }])).toEqual([
    { name: 'Vũ Dũng, 1B', sentence: 'Đang chờ ký.' },
  ]);
  expect(leftOut(rows, [{ field: ['recordIds', '0'], message: 'Chưa đủ.' }])[0]?.name).toBe('Bùi Văn An, 1A');
  expect(leftOut(rows, [{ field: ['role'], message: 'Không có chứng thư.' }])[0]?.name).toBe('');
});

test('the time left follows the pace since the page began to watch', () => {
  const first = { at: 0, finished: 100 };
  expect(secondsLeft(first, { at: 10_000, finished: 150 }, 300)).toBe(30);
});

test('nothing is promised too early, or while nothing moves', () => {
  const first = { at: 0, finished: 0 };
  expect(secondsLeft(first, { at: 1000, finished: 10 }, 300)).toBeNull();
  expect(secondsLeft(first, { at: 60_000, finished: 0 }, 300)).toBeNull();
});
