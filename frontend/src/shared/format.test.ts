import { expect, test } from 'vitest';
import { formatDate, formatInstant, formatNumber, formatSize, formatThousandths, formatYear } from './format';

test('dates are dd/MM/yyyy, and a birth date belongs to no time zone', () => {
  expect(formatDate('2016-09-02')).toBe('02/09/2016');
  expect(formatDate('2025-06-30T17:30:00Z')).toBe('01/07/2025');
});

test('a deadline says its zone', () => {
  expect(formatInstant('2025-06-30T16:59:00Z')).toBe('30/06/2025 23:59 (GMT+7)');
});

test('numbers are written the Vietnamese way', () => {
  expect(formatNumber(1261)).toBe('1.261');
  expect(formatThousandths(18_700)).toBe('18,7');
  expect(formatSize(312_400)).toBe('306 kB');
  expect(formatSize(52_428_800)).toBe('50 MB');
});

test('a school year gets the dash of print', () => {
  expect(formatYear('2024-2025')).toBe('2024–2025');
});
