const DAY_MS = 86_400_000;

/** Whole days until an instant, rounded up; zero or less once it has passed. */
export function daysUntil(iso: string, now: number): number {
  return Math.ceil((new Date(iso).getTime() - now) / DAY_MS);
}
