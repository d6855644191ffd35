import type { RecordAction, RecordRowFragment } from '../../gql/graphql';
import { BUTTONS, isForMany } from './actions';

type Actable = Pick<RecordRowFragment, 'id' | 'viewerActions'>;

/** An action and the selected records that the server lets us do it to. */
export interface Available<Row extends Actable = RecordRowFragment> {
  action: RecordAction;
  rows: Row[];
}

/** What can be done to a selection, in the order of a record's life; nothing of this is decided here. */
export function availableFor<Row extends Actable>(selected: Row[]): Available<Row>[] {
  return BUTTONS.filter((action) => isForMany(action) || selected.length === 1)
    .map((action) => ({ action, rows: selected.filter((row) => row.viewerActions.includes(action)) }))
    .filter(({ rows }) => rows.length > 0);
}
