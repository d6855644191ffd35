import { describe, expect, test } from 'vitest';
import { codeOfPath, findCode, groupCode } from './lookupCode';

const CODE = '0190c7f2a6b14d4e8f3a5c9b2e41d07a';

describe('a lookup code is found in whatever people paste', () => {
  test.each([
    ['as it is', CODE],
    ['in capitals', CODE.toUpperCase()],
    ['in groups of four', '0190 c7f2 a6b1 4d4e 8f3a 5c9b 2e41 d07a'],
    ['in groups of eight over two lines', '0190c7f2 a6b14d4e\n8f3a5c9b 2e41d07a'],
    ['as a UUID', '0190c7f2-a6b1-4d4e-8f3a-5c9b2e41d07a'],
    ['as the address in the QR code', `https://hocba.quangninh.gov.vn/t/${CODE}`],
    ['as an address with a UUID and a tail', 'https://example.vn/t/0190c7f2-a6b1-4d4e-8f3a-5c9b2e41d07a?x=1'],
  ])('%s', (_, text) => {
    expect(findCode(text)).toBe(CODE);
  });

  test.each([
    ['nothing', ''],
    ['too short', CODE.slice(1)],
    ['no code at all', 'Nguyễn Thị Ngọc An'],
  ])('but not in: %s', (_, text) => {
    expect(findCode(text)).toBeNull();
  });
});

test('digits beyond the code are left out', () => {
  expect(findCode(`${CODE}00`)).toBe(CODE);
});

test('a code is shown in groups of four, also while it is being typed', () => {
  expect(groupCode('0190c7f2a')).toBe('0190 c7f2 a');
  expect(groupCode('0190 c7f2')).toBe('0190 c7f2');
});

test('the address of the page gives a code only below /t/', () => {
  expect(codeOfPath(`/t/${CODE}`)).toBe(CODE);
  expect(codeOfPath(`/t/${CODE}/`)).toBe(CODE);
  expect(codeOfPath(`/tra-cuu/${CODE}`)).toBeNull();
  expect(codeOfPath('/t/0190')).toBeNull();
});
