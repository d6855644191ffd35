const COLLATOR = new Intl.Collator('vi');
const MARKS = /\p{M}/gu;

/** Orders people as a class list does: by given name, which stands last, then by the names before it. */
export function compareNames(left: string, right: string): number {
  const [given, others] = split(left);
  const [otherGiven, otherOthers] = split(right);
  return COLLATOR.compare(given, otherGiven) || COLLATOR.compare(others, otherOthers);
}

/** Orders class names so that 2A stands before 10A. */
export function compareClasses(left: string, right: string): number {
  return NUMERIC.compare(left, right);
}

const NUMERIC = new Intl.Collator('vi', { numeric: true });

/** Text without tone marks, hooks, đ and capitals, so that "nguyen dang" finds "Nguyễn Đăng". */
export function fold(text: string): string {
  return text.normalize('NFD').replace(MARKS, '').replace(/đ/g, 'd').replace(/Đ/g, 'd').toLowerCase().trim();
}

/** Whether every word of a search stands somewhere in a text, whatever the marks. */
export function found(search: string, text: string): boolean {
  const folded = fold(text);
  return fold(search)
    .split(/\s+/)
    .every((word) => folded.includes(word));
}

function split(name: string): [given: string, others: string] {
  const words = name.normalize('NFC').trim().split(/\s+/);
  return [words.at(-1) ?? '', words.slice(0, -1).join(' ')];
}
