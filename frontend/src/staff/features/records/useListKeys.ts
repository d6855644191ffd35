import { useEffect, useRef, type RefObject } from 'react';

interface ListKeys {
  box: RefObject<HTMLElement | null>;
  count: number;
  /** Bring a row into sight, so that it exists. */
  reveal: (place: number) => void;
  onClear: () => void;
  onSign: () => void;
}

/** j/k move, x ticks, Shift+x ticks a range, Esc clears, Ctrl+Enter opens the first action, / searches. */
export function useListKeys(keys: ListKeys): void {
  const latest = useRef(keys);
  const active = useRef(-1);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isBusy(event)) return;
      if (act(event, latest.current, active)) event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function act(event: KeyboardEvent, keys: ListKeys, active: RefObject<number>): boolean {
  switch (event.key) {
    case 'j':
    case 'k': {
      const next = Math.max(0, Math.min(keys.count - 1, active.current + (event.key === 'j' ? 1 : -1)));
      active.current = next;
      keys.reveal(next);
      requestAnimationFrame(() => row(keys, next)?.querySelector<HTMLElement>('a')?.focus());
      return true;
    }
    case 'x':
    case 'X': {
      const tick = row(keys, active.current)?.querySelector('input');
      tick?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey: event.shiftKey }));
      return tick !== undefined;
    }
    case 'Escape':
      keys.onClear();
      return true;
    case 'Enter':
      if (!event.ctrlKey) return false;
      keys.onSign();
      return true;
    case '/':
      document.getElementById('search')?.focus();
      return true;
    default:
      return false;
  }
}

function row(keys: ListKeys, place: number): HTMLElement | null | undefined {
  return keys.box.current?.querySelector<HTMLElement>(`[data-place="${place}"]`);
}

/** Whoever types, or answers a dialog, does not mean the list. */
function isBusy(event: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]')) return true;
  const target = event.target instanceof HTMLElement ? event.target : null;
  const typing = target?.closest('input:not([type="checkbox"]), textarea, select, [role="menu"]');
  return Boolean(typing) || (event.altKey || event.metaKey);
}
