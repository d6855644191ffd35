import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { formatDate, formatNumber } from '../../../shared/format';
import { Legend, StateBar } from '../../../staff/features/overview/StateBar';
import { Button } from '../../../staff/ui/Button';
import { saveTable } from '../../saveTable';
import type { SchoolLine } from './lines';

/** Schools, the slowest first: where their records stand, and when they would be done. */
export function SchoolTable({ lines }: { lines: SchoolLine[] }) {
  const { t } = useLingui();

  function save(): void {
    const heads = [t`Trường`, t`Huyện`, t`Đã nộp`, t`Tổng`, t`Mỗi ngày`, t`Dự kiến xong`];
    const rows = lines.map(({ name, district, total, forecast }) => [
      name,
      district.name,
      forecast?.done ?? '',
      total,
      forecast?.perDay ?? '',
      forecast?.finishesOn ?? '',
    ]);
    saveTable('tien-do.csv', [heads, ...rows]);
  }

  return (
    <section aria-labelledby="schools">
      <h2 id="schools">
        <Trans>Trường, chậm nhất trước</Trans>
      </h2>
      <Legend />
      <table className="table" aria-labelledby="schools">
        <thead>
          <tr>
            <th scope="col">{t`Trường`}</th>
            <th scope="col" className="bar-cell">{t`Tiến độ`}</th>
            <th scope="col" className="number">{t`Đã nộp`}</th>
            <th scope="col" className="number wide-only">{t`Mỗi ngày`}</th>
            <th scope="col">{t`Dự kiến xong`}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <th scope="row">
                <Link to="/hoc-ba" search={{ truong: line.id }}>
                  {line.name}
                </Link>
                <small>{line.district.name}</small>
              </th>
              <td className="bar-cell">
                <StateBar counts={line.counts} total={line.total} />
              </td>
              <td className="number">
                {formatNumber(line.forecast?.done ?? 0)} / {formatNumber(line.total)}
              </td>
              <td className="number wide-only">{line.forecast && formatNumber(Math.round(line.forecast.perDay * 10) / 10)}</td>
              <td>
                <Forecast forecast={line.forecast} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="row-actions">
        <Button onClick={save}>
          <Trans>Tải bảng (CSV)</Trans>
        </Button>
      </div>
    </section>
  );
}

function Forecast({ forecast }: { forecast: SchoolLine['forecast'] }) {
  if (!forecast) return null;
  if (forecast.done >= forecast.total) return <Trans>✓ đã nộp đủ</Trans>;
  if (!forecast.finishesOn) {
    return (
      <span className="bad">
        <Trans>đang đứng yên</Trans>
      </span>
    );
  }
  const day = formatDate(forecast.finishesOn);
  return forecast.onTime === false ? (
    <b className="bad">
      <Trans>{day}, trễ hạn</Trans>
    </b>
  ) : (
    day
  );
}
