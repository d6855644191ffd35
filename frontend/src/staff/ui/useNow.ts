import { useSyncExternalStore } from 'react';

const TICK_MS = 1000;
let now = Date.now();

function watch(watcher: () => void): () => void {
  const timer = setInterval(() => {
    now = Date.now();
    watcher();
  }, TICK_MS);
  return () => clearInterval(timer);
}

/** The time, for countdowns that go on while the page is open. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => now);
}
