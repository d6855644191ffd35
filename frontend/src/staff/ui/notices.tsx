import { useEffect } from 'react';
import { Store, useStore } from '../store';

const SHOWN_MS = 8000;
const latest = new Store<{ text: string } | null>(null);

/** Says what was done, in a corner and to screen readers; it goes by itself. */
export function say(text: string): void {
  latest.set({ text });
}

export function Notices() {
  const notice = useStore(latest);
  useEffect(() => {
    if (!notice) return undefined;
    const timer = setTimeout(() => latest.set(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div className="notices" role="status" aria-live="polite">
      {notice && <p>{notice.text}</p>}
    </div>
  );
}
