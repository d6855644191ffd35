import { useEffect, useRef, useState, type ReactNode } from 'react';

interface DisclosureProps {
  label: string;
  button: ReactNode;
  children: ReactNode;
}

/** A button that opens a panel below it; Escape, a click elsewhere, or leaving with Tab closes it. */
export function Disclosure({ label, button, children }: DisclosureProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return undefined;
    const elsewhere = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      opener.current?.focus();
    };
    addEventListener('pointerdown', elsewhere);
    addEventListener('focusin', elsewhere);
    addEventListener('keydown', press);
    return () => {
      removeEventListener('pointerdown', elsewhere);
      removeEventListener('focusin', elsewhere);
      removeEventListener('keydown', press);
    };
  }, [open]);

  return (
    <div className="disclosure" ref={box}>
      <button
        ref={opener}
        type="button"
        className="menu-button"
        aria-expanded={open}
        aria-label={label}
        onClick={() => setOpen(!open)}
      >
        {button}
        <span aria-hidden="true">▾</span>
      </button>
      {open && <div className="menu">{children}</div>}
    </div>
  );
}
