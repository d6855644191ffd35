import { expect, test } from 'vitest';
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
