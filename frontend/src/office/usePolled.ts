import { useEffect } from 'react';
import type { UseQueryExecute } from 'urql';

const ASK_MS = 5000;

/** Asks again every few seconds for as long as something is going on of which no stream tells. */
export function usePolled(going: boolean, again: UseQueryExecute): void {
  useEffect(() => {
    if (!going) return undefined;
    const timer = setInterval(() => again({ requestPolicy: 'network-only' }), ASK_MS);
    return () => clearInterval(timer);
  }, [going, again]);
}
