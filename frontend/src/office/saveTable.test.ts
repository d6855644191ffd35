import { expect, test } from 'vitest';
import { csvOf } from './saveTable';

test('a table opens in Excel with its letters, and no cell of it becomes a formula', () => {
  expect(csvOf([['Trường', 'Số'], ['=HYPERLINK("x")', 2], ['a;b', -1]])).toBe(
    '\uFEFFsep=;\r\nTrường;Số\r\n"\'=HYPERLINK(""x"")";2\r\n"a;b";-1\r\n',
  );
});
