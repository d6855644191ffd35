const YEARS_SHOWN = 5;
const FIRST_MONTH = 8; // from August, people speak of the coming school year

/** The newest school years, newest first, as the server writes them. */
export function newestYears(today: Date): string[] {
  const start = today.getMonth() + 1 >= FIRST_MONTH ? today.getFullYear() : today.getFullYear() - 1;
  return Array.from({ length: YEARS_SHOWN }, (_, back) => `${start - back}-${start - back + 1}`);
}
