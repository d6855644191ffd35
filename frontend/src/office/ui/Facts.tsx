import type { ReactNode } from 'react';

/** A value that is copied rather than read: a hash, a code, a number of a certificate. */
export function Mono({ children }: { children: string }) {
  return <span className="mono">{children}</span>;
}

/** Names and values; what has no value is left out. */
export function Facts({ facts }: { facts: [label: string, value: ReactNode][] }) {
  const shown = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return (
    <dl className="facts">
      {shown.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
