import type { RecordRowFragment } from '../../gql/graphql';
import { SignDialog } from '../signing/SignDialog';
import { AcceptDialog } from '../submissions/AcceptDialog';
import { SubmitDialog } from '../submissions/SubmitDialog';
import { RECORD_ACTIONS } from './actions';
import type { Available } from './available';
import { ReasonDialog } from './ReasonDialog';

interface ActionDialogProps {
  available: Available;
  onClose: () => void;
  onDone: () => void;
}

/** The dialog in which an action is confirmed. */
export function ActionDialog({ available: { action, rows }, onClose, onDone }: ActionDialogProps) {
  const { label, perform } = RECORD_ACTIONS[action];
  const shared = { label, rows, onClose, onDone };
  switch (perform.kind) {
    case 'SIGN':
      return <SignDialog {...shared} role={perform.role} />;
    case 'SUBMIT':
      return <SubmitDialog {...shared} />;
    case 'ACCEPT':
      return <AcceptDialog {...shared} />;
    case 'REASON':
      return rows[0] ? <ReasonDialog {...shared} record={rows[0]} perform={perform} /> : null;
    case 'NONE':
      return null;
  }
}

/** What every action dialog gets. */
export interface ActionProps {
  label: (typeof RECORD_ACTIONS)[keyof typeof RECORD_ACTIONS]['label'];
  rows: RecordRowFragment[];
  onClose: () => void;
  onDone: () => void;
}
