const RISKY = /^[=+\-@\t\r]/;

/** A table as the text of a CSV file that Excel opens as it is; a cell that could be a formula is made plain text. */
export function csvOf(rows: (string | number)[][]): string {
  const cell = (value: string | number) => {
    const text = typeof value === 'string' && RISKY.test(value) ? `'${value}` : String(value);
    return /[;"\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\uFEFFsep=;\r\n${rows.map((row) => row.map(cell).join(';')).join('\r\n')}\r\n`;
}

/** Saves a table as a file on this computer. */
export function saveTable(name: string, rows: (string | number)[][]): void {
  const address = URL.createObjectURL(new Blob([csvOf(rows)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
