import { expect, test } from 'vitest';
import { newestYears } from './years';

test('in July people still work on the year that began last September', () => {
  expect(newestYears(new Date(2025, 6, 31))[0]).toBe('2024-2025');
  expect(newestYears(new Date(2025, 7, 1))[0]).toBe('2025-2026');
});
