import { Trans } from '@lingui/react/macro';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '../../staff/ui/Button';
import { Dialog } from '../../staff/ui/Dialog';
import { Failure } from '../../staff/ui/Note';

interface FormDialogProps {
  title: string;
  submit: string;
  look?: 'primary' | 'quiet' | 'danger';
  wide?: boolean;
  /** Does the act and says why it was not done; null when it was. An empty sentence means that the server is away. */
  onSubmit: () => Promise<string | null>;
  onClose: () => void;
  onDone: () => void;
  children: ReactNode;
}

/** A form in a dialog: sent once however often it is pressed, and open for as long as it was refused. */
export function FormDialog({ title, submit, look = 'primary', wide = false, onSubmit, onClose, onDone, children }: FormDialogProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const why = await onSubmit();
    setBusy(false);
    setProblem(why);
    if (why === null) onDone();
  }

  return (
    <Dialog title={title} onClose={onClose} wide={wide}>
      <form onSubmit={(event) => void send(event)} noValidate>
        {problem !== null && <Failure sentence={problem} />}
        {children}
        <div className="dialog-foot">
          <Button onClick={onClose}>
            <Trans>Hủy</Trans>
          </Button>
          <Button type="submit" look={look === 'quiet' ? 'primary' : look} aria-disabled={busy}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
