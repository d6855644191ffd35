import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { ColumnId } from './columns';
import { RecordLine } from './RecordLine';
import { useListKeys } from './useListKeys';
import type { RecordTableModel } from './useRecordTable';

const ROW_HEIGHT = 38;
/** On a phone a name may need two lines; the style sheet says the same. */
const PHONE_ROW_HEIGHT = 54;
const PHONE = matchMedia('(max-width: 760px)');
const AHEAD = 30;

const HEADINGS: Record<ColumnId, { label: MessageDescriptor; className: string }> = {
  name: { label: msg`Họ và tên`, className: 'name' },
  class: { label: msg`Lớp`, className: 'class' },
  school: { label: msg`Trường`, className: 'wide-only school' },
  state: { label: msg`Trạng thái`, className: 'state' },
  complete: { label: msg`Nội dung`, className: 'wide-only complete' },
  updated: { label: msg`Cập nhật`, className: 'wide-only time' },
};

interface RecordTableProps {
  model: RecordTableModel;
  loading: boolean;
  withSchool: boolean;
  onNearEnd: () => void;
  onSign: () => void;
}

/** Thousands of rows, of which only those in sight exist. */
export function RecordTable({ model, loading, withSchool, onNearEnd, onSign }: RecordTableProps) {
  const { t } = useLingui();
  const box = useRef<HTMLDivElement>(null);
  const { table, toggle, clear } = model;
  const rows = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (PHONE.matches ? PHONE_ROW_HEIGHT : ROW_HEIGHT),
    overscan: 8,
    getItemKey: (place) => rows[place]?.id ?? place,
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last > rows.length - AHEAD) onNearEnd();
  }, [last, rows.length, onNearEnd]);
  useEffect(() => {
    const measure = () => virtual.measure();
    PHONE.addEventListener('change', measure);
    return () => PHONE.removeEventListener('change', measure);
  }, [virtual]);
  useListKeys({ box, count: rows.length, reveal: (place) => virtual.scrollToIndex(place), onClear: clear, onSign });

  return (
    <div ref={box} className="rows" tabIndex={0} role="region" aria-label={t`Danh sách học bạ`}>
      <table className="table record-table" aria-rowcount={rows.length + 1} aria-busy={loading}>
        <Head model={model} withSchool={withSchool} />
        <tbody>
          <Spacer height={before} />
          {items.map(({ index }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <RecordLine
                key={row.id}
                record={row.original}
                place={index}
                selected={row.getIsSelected()}
                withSchool={withSchool}
                onToggle={toggle}
              />
            );
          })}
          <Spacer height={after} />
        </tbody>
      </table>
      {loading && (
        <p className="loading" role="status">
          <Trans>Đang tải…</Trans>
        </p>
      )}
    </div>
  );
}

function Spacer({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden="true" style={{ height }} /> : null;
}

function Head({ model: { table, selectAll, sort }, withSchool }: Pick<RecordTableProps, 'model' | 'withSchool'>) {
  const { t } = useLingui();
  const all = table.getIsAllRowsSelected();
  const some = !all && table.getSelectedRowModel().rows.length > 0;
  const headers = table.getHeaderGroups().flatMap((group) => group.headers);
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" className="tick">
          <input
            type="checkbox"
            aria-label={t`Chọn tất cả`}
            checked={all}
            ref={(input) => {
              if (input) input.indeterminate = some;
            }}
            onChange={() => void selectAll(!all)}
          />
        </th>
        {headers
          .filter((header) => withSchool || header.column.id !== 'school')
          .map((header) => {
            const heading = HEADINGS[header.column.id as ColumnId];
            const sorted = header.column.getIsSorted();
            return (
              <th
                key={header.id}
                scope="col"
                className={heading.className}
                aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'}
              >
                <button type="button" className="sort" onClick={() => void sort(header.column.id as ColumnId)}>
                  {t(heading.label)}
                  <span aria-hidden="true">{sorted === 'asc' ? ' ▲' : sorted === 'desc' ? ' ▼' : ''}</span>
                </button>
              </th>
            );
          })}
      </tr>
    </thead>
  );
}
