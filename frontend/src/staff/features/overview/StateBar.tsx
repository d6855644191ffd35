import { useLingui } from '@lingui/react/macro';
import { formatNumber } from '../../../shared/format';
import { STATES, WAY } from '../records/states';
import { segments, type Counts } from './counting';

/** Shares of each state as one bar; the label says in words what it shows. */
export function StateBar({ counts, total }: { counts: Counts; total: number }) {
  const { t } = useLingui();
  const shown = segments(counts, WAY);
  const label = shown.map(({ state, width }) => `${t(STATES[state].label)}: ${formatNumber(width)}`).join(', ');
  return (
    <svg className="state-bar" viewBox={`0 0 ${Math.max(total, 1)} 10`} preserveAspectRatio="none" role="img" aria-label={label}>
      {shown.map(({ state, start, width }) => (
        <rect key={state} className={`fill-${state}`} x={start} width={width} height="10" />
      ))}
    </svg>
  );
}

export function Legend() {
  const { t } = useLingui();
  return (
    <ul className="legend" aria-hidden="true">
      {WAY.map((state) => (
        <li key={state}>
          <svg viewBox="0 0 10 10">
            <rect className={`fill-${state}`} width="10" height="10" />
          </svg>
          {t(STATES[state].label)}
        </li>
      ))}
    </ul>
  );
}
