import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { formatNumber } from '../../../shared/format';
import type { RecordState } from '../../gql/graphql';
import { STATES, WAY } from '../records/states';
import { countOf, type Line } from './counting';
import { Legend, StateBar } from './StateBar';

interface ProgressTableProps {
  lines: Line[];
  by: 'CLASS' | 'SCHOOL';
}

/** Every number opens exactly the records that it counts. */
export function ProgressTable({ lines, by }: ProgressTableProps) {
  const { t } = useLingui();
  return (
    <>
      <Legend />
      <table className="table progress-table" aria-label={by === 'CLASS' ? t`Học bạ theo lớp` : t`Học bạ theo trường`}>
        <thead>
          <tr>
            <th scope="col">{by === 'CLASS' ? <Trans>Lớp</Trans> : <Trans>Trường</Trans>}</th>
            <th scope="col" className="bar-cell">
              <Trans>Tiến độ</Trans>
            </th>
            {WAY.map((state) => (
              <th key={state} scope="col" className="number state-cell">
                {t(STATES[state].label)}
              </th>
            ))}
            <th scope="col" className="number">
              <Trans>Tổng</Trans>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <th scope="row">
                <Rows line={line} by={by} state={undefined}>
                  {line.name}
                </Rows>
                {by === 'SCHOOL' && <small>{line.place}</small>}
              </th>
              <td className="bar-cell">
                <StateBar counts={line.counts} total={line.total} />
              </td>
              {WAY.map((state) => (
                <td key={state} className="number state-cell">
                  <StateCount line={line} by={by} state={state} />
                </td>
              ))}
              <td className="number">{formatNumber(line.total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function StateCount({ line, by, state }: { line: Line; by: ProgressTableProps['by']; state: RecordState }) {
  const { t } = useLingui();
  const count = countOf(line.counts, state);
  if (count === 0) return <span className="empty">0</span>;
  return (
    <Rows line={line} by={by} state={state}>
      <span className="unseen">
        {line.name}, {t(STATES[state].label)}:{' '}
      </span>
      {formatNumber(count)}
    </Rows>
  );
}

interface RowsProps {
  line: Line;
  by: ProgressTableProps['by'];
  state: RecordState | undefined;
  children: React.ReactNode;
}

function Rows({ line, by, state, children }: RowsProps) {
  const place = by === 'CLASS' ? { lop: line.id } : { truong: line.id };
  return (
    <Link to="/hoc-ba" search={{ ...place, trangthai: state }}>
      {children}
    </Link>
  );
}
