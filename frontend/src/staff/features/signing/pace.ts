/** A measure of how far signing was at a moment. */
export interface Mark {
  at: number;
  finished: number;
}

const ENOUGH_MS = 3000;

/** Seconds until all are finished at the pace since the first mark; null until that can be said. */
export function secondsLeft(first: Mark, now: Mark, total: number): number | null {
  const took = now.at - first.at;
  const finished = now.finished - first.finished;
  if (took < ENOUGH_MS || finished <= 0) return null;
  return Math.ceil(((total - now.finished) * took) / finished / 1000);
}
