import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../client';
import type { RecordRowFragment } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Note';
import { say } from '../../ui/notices';
import type { ActionProps } from './ActionDialog';
import type { Perform } from './actions';

interface ReasonDialogProps extends Omit<ActionProps, 'rows'> {
  record: Pick<RecordRowFragment, 'id' | 'pupilName' | 'className'>;
  perform: Extract<Perform, { kind: 'REASON' }>;
}

/** An act on one record that is remembered with its reason. */
export function ReasonDialog({ record, label, perform, onClose, onDone }: ReasonDialogProps) {
  const { t } = useLingui();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [{ fetching }, act] = useMutation(perform.mutation);

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (fetching) return;
    if (!reason.trim()) {
      setProblem(t`Hãy ghi lý do; lý do được lưu cùng học bạ.`);
      return;
    }
    const why = whyNot(await act({ recordId: record.id, reason: reason.trim() }));
    setProblem(why);
    if (why !== null) return;
    say(t(perform.done));
    onDone();
  }

  return (
    <Dialog title={`${t(label)}: ${record.pupilName}, ${record.className}`} onClose={onClose}>
      <form onSubmit={(event) => void send(event)} noValidate>
        <p>{t(perform.effect)}</p>
        {problem !== null && <Failure sentence={problem} />}
        <label className="stacked" htmlFor="reason">
          <Trans>Lý do</Trans>
        </label>
        <textarea
          id="reason"
          rows={3}
          maxLength={500}
          value={reason}
          aria-invalid={problem !== null}
          onChange={(event) => setReason(event.target.value)}
        />
        <div className="dialog-foot">
          <Button onClick={onClose}>
            <Trans>Hủy</Trans>
          </Button>
          <Button type="submit" look="danger" aria-disabled={fetching}>
            {t(label)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
