import { createColumnHelper, createSortedRowModel, rowSelectionFeature, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import { compareClasses, compareNames } from '../../../shared/names';
import type { RecordRowFragment } from '../../gql/graphql';
import { WAY } from './states';

export const features = tableFeatures({
  rowSelectionFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
});

const helper = createColumnHelper<typeof features, RecordRowFragment>();

/** What can be sorted, and how people expect it to be. Headings are drawn by the table, in the language at hand. */
export const columns = helper.columns([
  helper.accessor('pupilName', {
    id: 'name',
    sortFn: (left, right) => compareNames(left.original.pupilName, right.original.pupilName),
  }),
  helper.accessor('className', {
    id: 'class',
    sortFn: (left, right) => compareClasses(left.original.className, right.original.className),
  }),
  helper.accessor((row) => row.school?.name ?? '', { id: 'school' }),
  helper.accessor('state', {
    id: 'state',
    sortFn: (left, right) => WAY.indexOf(left.original.state) - WAY.indexOf(right.original.state),
  }),
  helper.accessor((row) => row.workingRevision.complete, {
    id: 'complete',
    sortFn: (left, right) =>
      Number(left.original.workingRevision.complete) - Number(right.original.workingRevision.complete),
  }),
  helper.accessor((row) => row.workingRevision.updatedAt, {
    id: 'updated',
    sortFn: (left, right) =>
      left.original.workingRevision.updatedAt.localeCompare(right.original.workingRevision.updatedAt),
  }),
]);

export type ColumnId = 'name' | 'class' | 'school' | 'state' | 'complete' | 'updated';
