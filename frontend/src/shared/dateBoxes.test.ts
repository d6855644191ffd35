import { expect, test } from 'vitest';
import { readDate, spreadDate } from './dateBoxes';

const TODAY = new Date('2026-11-24T00:00:00Z');
const boxes = (day: string, month: string, year: string) => ({ day, month, year });

test('three boxes are a date, with or without leading zeros', () => {
  expect(readDate(boxes('2', '9', '2016'), TODAY)).toEqual({ iso: '2016-09-02' });
  expect(readDate(boxes('29', '02', '2016'), TODAY)).toEqual({ iso: '2016-02-29' });
});

test.each([
  ['EMPTY', boxes('', '', '')],
  ['INCOMPLETE', boxes('2', '', '2016')],
  ['INCOMPLETE', boxes('2', '9', '16')],
  ['NO_SUCH_DAY', boxes('31', '2', '2016')],
  ['NO_SUCH_DAY', boxes('29', '2', '2015')],
  ['NO_SUCH_DAY', boxes('1', '13', '2016')],
  ['NO_SUCH_DAY', boxes('0', '1', '2016')],
  ['FUTURE', boxes('25', '11', '2026')],
])('%s', (problem, typed) => {
  expect(readDate(typed, TODAY)).toEqual({ problem });
});

test('a whole date pasted into one box fills all three', () => {
  expect(spreadDate('02/09/2016')).toEqual(boxes('02', '09', '2016'));
  expect(spreadDate(' 2-9-2016 ')).toEqual(boxes('2', '9', '2016'));
  expect(spreadDate('2016-09-02')).toEqual(boxes('02', '09', '2016'));
  expect(spreadDate('2')).toBeNull();
});
