import { useEffect, useRef } from 'react';
import type { UseQueryExecute } from 'urql';

/** Asks anew whenever what is known elsewhere of the same thing has changed. */
export function useAgain(known: unknown, again: UseQueryExecute): void {
  const seen = useRef(known);
  useEffect(() => {
    if (seen.current === known) return;
    seen.current = known;
    again({ requestPolicy: 'network-only' });
  }, [known, again]);
}
