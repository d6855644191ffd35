import { useTable, type RowSelectionState } from '@tanstack/react-table';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { RecordRowFragment } from '../../gql/graphql';
import { columns, features, type ColumnId } from './columns';

interface Source {
  rows: RecordRowFragment[];
  hasNext: boolean;
  all: () => Promise<RecordRowFragment[]>;
}

/** Sorting and selection over the rows; both first fetch what is not loaded, or they would lie. */
export function useRecordTable({ rows, hasNext, all }: Source) {
  const table = useTable({ features, columns, data: rows, getRowId: (row) => row.id, enableSortingRemoval: true });
  const anchor = useRef(0);
  const model = useRef(table);
  useEffect(() => {
    model.current = table;
  });

  /** Tick one row, or with Shift every row since the last tick. */
  const toggle = useCallback((id: string, place: number, range: boolean) => {
    const shown = model.current.getRowModel().rows;
    const chosen = !(shown[place]?.getIsSelected() ?? false);
    const [from, to] = range ? [Math.min(anchor.current, place), Math.max(anchor.current, place)] : [place, place];
    const ids = range ? shown.slice(from, to + 1).map((row) => row.id) : [id];
    anchor.current = place;
    model.current.setRowSelection((old) => withSelection(old, ids, chosen));
  }, []);

  const clear = useCallback(() => model.current.resetRowSelection(true), []);

  async function selectAll(chosen: boolean): Promise<void> {
    const every = chosen && hasNext ? await all() : rows;
    model.current.setRowSelection(withSelection({}, every.map((row) => row.id), chosen));
  }

  async function sort(column: ColumnId): Promise<void> {
    if (hasNext) await all();
    model.current.getColumn(column)?.toggleSorting();
  }

  const selection = table.state.rowSelection;
  const selected = useMemo(() => rows.filter((row) => selection[row.id]), [rows, selection]);
  return { table, selected, toggle, clear, selectAll, sort };
}

export type RecordTableModel = ReturnType<typeof useRecordTable>;

function withSelection(old: RowSelectionState, ids: string[], chosen: boolean): RowSelectionState {
  const next = { ...old };
  for (const id of ids) {
    if (chosen) next[id] = true;
    else delete next[id];
  }
  return next;
}
