import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useClient } from 'urql';
import { whyNot } from '../../staff/client';
import { say } from '../../staff/ui/notices';
import type { PlainAct } from './acts';
import { FormDialog } from './FormDialog';
import { TextField } from './fields';

interface ActDialogProps {
  id: string;
  name: string;
  act: PlainAct;
  onClose: () => void;
  onDone: () => void;
}

/** Says what an act does, takes its reason, and carries it out. */
export function ActDialog({ id, name, act, onClose, onDone }: ActDialogProps) {
  const { t } = useLingui();
  const client = useClient();
  const [reason, setReason] = useState('');

  async function send(): Promise<string | null> {
    if (act.reason && !reason.trim()) return t`Hãy ghi lý do; lý do được lưu lại.`;
    // a document without a reason declares none
    const variables = act.reason ? { id, reason: reason.trim() } : { id };
    return whyNot(await client.mutation(act.mutation, variables as { id: string; reason: string }).toPromise());
  }

  return (
    <FormDialog
      title={`${t(act.label)}: ${name}`}
      submit={t(act.label)}
      look={act.look}
      onClose={onClose}
      onSubmit={send}
      onDone={() => {
        say(t(act.done));
        onDone();
      }}
    >
      <p>{t(act.effect)}</p>
      {act.reason && <TextField label={t`Lý do`} value={reason} onChange={setReason} rows={3} />}
    </FormDialog>
  );
}
