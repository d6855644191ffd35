import { Trans, useLingui } from '@lingui/react/macro';
import { formatDate, formatNumber } from '../../../shared/format';
import { reportedOf, totalOf, type Day } from './days';

const WIDTH = 600;
const HEIGHT = 160;

/** What had been reported at the end of each day, against all that there was to report. */
export function BurnUp({ days }: { days: Day[] }) {
  const { t } = useLingui();
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last || first === last) return null;
  const most = Math.max(1, ...days.map(totalOf));
  const place = (value: number, index: number) =>
    `${(index / (days.length - 1)) * WIDTH},${HEIGHT - (value / most) * (HEIGHT - 8)}`;
  const line = (valueOf: (day: Day) => number) => days.map((day, index) => place(valueOf(day), index)).join(' ');
  const label = t`Từ ${formatDate(first.day)} đến ${formatDate(last.day)}: đã nộp từ ${formatNumber(reportedOf(first))} lên ${formatNumber(reportedOf(last))} trên ${formatNumber(totalOf(last))} học bạ`;
  return (
    <figure className="burn-up">
      <figcaption>
        <Trans>30 ngày qua: đã nộp về Sở (đậm) trên tổng số học bạ (nét đứt)</Trans>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <polygon className="burn-area" points={`0,${HEIGHT} ${line(reportedOf)} ${WIDTH},${HEIGHT}`} />
        <polyline className="burn-line" points={line(reportedOf)} />
        <polyline className="burn-total" points={line(totalOf)} />
      </svg>
      <p className="ends" aria-hidden="true">
        <span>{formatDate(first.day)}</span>
        <span>{formatDate(last.day)}</span>
      </p>
    </figure>
  );
}
