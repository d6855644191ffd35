const LENGTH = 32;
const IN_ADDRESS = /\/t\/([0-9a-f-]{32,36})/i;
const NOT_HEX = /[^0-9a-f]/g;

/** The hexadecimal digits of what somebody typed, pasted or scanned: a code, a UUID, or the address in a QR code. */
export function codeDigits(text: string): string {
  const code = IN_ADDRESS.exec(text)?.[1] ?? text;
  return code.toLowerCase().replace(NOT_HEX, '').slice(0, LENGTH);
}

/** The code, or null when digits are missing. */
export function findCode(text: string): string | null {
  const digits = codeDigits(text);
  return digits.length === LENGTH ? digits : null;
}

/** Groups of four, as the code is printed. */
export function groupCode(text: string): string {
  return codeDigits(text).replace(/.{4}(?=.)/g, '$& ');
}

/** The code of the page's own address, as the QR code of a record opens it. */
export function codeOfPath(path: string): string | null {
  const match = /^\/t\/([0-9a-f-]{32,36})\/?$/i.exec(path);
  return match?.[1] ? findCode(match[1]) : null;
}
