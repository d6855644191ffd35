import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { found } from '../../../shared/names';
import type { Report } from './ImportPage';

const SHOWN_MAX = 200;

/** Every fault with its place in the file, refusals before warnings; what is typed narrows them. */
export function ImportLines({ lines }: { lines: Report['lines'] }) {
  const { t } = useLingui();
  const [search, setSearch] = useState('');
  const matching = [...lines]
    .sort((left, right) => Number(left.warning) - Number(right.warning) || left.row - right.row)
    .filter((line) => found(search, `${line.column} ${line.value} ${line.error.message} ${line.row}`));
  return (
    <section aria-labelledby="lines">
      <h3 id="lines">
        <Trans>Dòng cần xem lại</Trans>
      </h3>
      <div className="filters">
        <input
          type="search"
          className="search"
          autoComplete="off"
          aria-label={t`Lọc theo cột, giá trị hoặc lý do`}
          placeholder={t`Lọc, không cần dấu`}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <span role="status">{plural(matching.length, { other: '# dòng' })}</span>
      </div>
      <table className="table lines-table" aria-labelledby="lines">
        <thead>
          <tr>
            <th scope="col" className="number">{t`Dòng`}</th>
            <th scope="col">{t`Cột`}</th>
            <th scope="col">{t`Giá trị`}</th>
            <th scope="col">{t`Lý do`}</th>
          </tr>
        </thead>
        <tbody>
          {matching.slice(0, SHOWN_MAX).map((line) => (
            <tr key={`${line.sheet} ${line.row} ${line.column} ${line.error.code}`}>
              <td className="number">{line.row}</td>
              <td>{line.column}</td>
              <td className="value">{line.value}</td>
              <td>
                {line.warning ? (
                  <span className="tag open">
                    <Trans>Cảnh báo</Trans>
                  </span>
                ) : (
                  <span className="tag stop">
                    <Trans>Từ chối</Trans>
                  </span>
                )}{' '}
                {line.error.message}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {matching.length > SHOWN_MAX && (
        <p className="soft">
          <Trans>Chỉ hiện {SHOWN_MAX} dòng đầu; hãy lọc hoặc sửa tệp rồi chọn lại.</Trans>
        </p>
      )}
    </section>
  );
}
