import { expect, test } from 'vitest';
import { daysUntil } from './deadline';

test('days are counted up, so that the last hours are one day and not none', () => {
  const now = Date.parse('2025-06-30T00:00:00Z');
  expect(daysUntil('2025-06-30T16:59:00Z', now)).toBe(1);
  expect(daysUntil('2025-07-12T00:00:00Z', now)).toBe(12);
  expect(daysUntil('2025-06-29T00:00:00Z', now)).toBeLessThanOrEqual(0);
});
