import { expect, test } from 'vitest';
import { daysUntil } from './deadline';
import { toInstant, toLocal, usualDeadline } from './instant';

test('a deadline is typed and shown in Vietnamese time, wherever the computer is', () => {
  expect(toInstant('2025-06-30T23:59')).toBe('2025-06-30T23:59:00+07:00');
  expect(toLocal('2025-06-30T16:59:00Z')).toBe('2025-06-30T23:59');
  expect(toInstant('2025-06-30')).toBeNull();
});

test('the plan proposes the usual deadlines of the year that ends', () => {
  expect(usualDeadline('2024-2025', 'MAIN')).toBe('2025-06-30T23:59');
  expect(usualDeadline('2024-2025', 'SUPPLEMENTARY')).toBe('2025-08-15T23:59');
});

test('days are counted up, so that the last hours are one day and not none', () => {
  const now = Date.parse('2025-06-30T00:00:00Z');
  expect(daysUntil('2025-06-30T16:59:00Z', now)).toBe(1);
  expect(daysUntil('2025-07-12T00:00:00Z', now)).toBe(12);
  expect(daysUntil('2025-06-29T00:00:00Z', now)).toBeLessThanOrEqual(0);
});
