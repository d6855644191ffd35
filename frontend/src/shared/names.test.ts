import { expect, test } from 'vitest';
import { compareClasses, compareNames, found } from './names';

test('people stand by given name, then by the names before it', () => {
  const names = ['Trần Văn Bình', 'Nguyễn Đức Anh', 'Lê Thị Ánh', 'Đặng Văn An', 'Phạm Đình Đạt', 'Bùi Văn An', 'Vũ Dũng'];
  expect(names.sort(compareNames)).toEqual([
    'Bùi Văn An',
    'Đặng Văn An',
    'Nguyễn Đức Anh',
    'Lê Thị Ánh',
    'Trần Văn Bình',
    'Vũ Dũng',
    'Phạm Đình Đạt',
  ]);
});

test('a name compares the same in either Unicode form', () => {
  expect(compareNames('Lê Thị Ánh'.normalize('NFD'), 'Lê Thị Ánh')).toBe(0);
});

test('classes stand as schools count them', () => {
  expect(['10A', '2B', '2A', '1A'].sort(compareClasses)).toEqual(['1A', '2A', '2B', '10A']);
});

test('a search needs no diacritics, no capitals and no order', () => {
  expect(found('nguyen dang', 'Nguyễn Văn Đăng')).toBe(true);
  expect(found('ĐĂNG nguyễn', 'Nguyễn Văn Đăng')).toBe(true);
  expect(found('', 'Nguyễn Văn Đăng')).toBe(true);
  expect(found('dang tran', 'Nguyễn Văn Đăng')).toBe(false);
});
