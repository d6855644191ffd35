import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../client';
import { LockPeriodScheduleDocument, type LockWindow } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Note';
import { say } from '../../ui/notices';
import { toInstant, toLocal, usualDeadline } from './instant';
import { WINDOWS } from './windows';

interface ScheduleDialogProps {
  window: LockWindow;
  schoolYear: string;
  locksAt: string | undefined;
  onClose: () => void;
  onDone: () => void;
}

/** Proposes a deadline, in Vietnamese time whatever the clock of this computer says; another officer confirms it. */
export function ScheduleDialog({ window, schoolYear, locksAt, onClose, onDone }: ScheduleDialogProps) {
  const { t } = useLingui();
  const [local, setLocal] = useState(locksAt ? toLocal(locksAt) : usualDeadline(schoolYear, window));
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [{ fetching }, schedule] = useMutation(LockPeriodScheduleDocument);

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    const instant = toInstant(local);
    if (fetching) return;
    if (!instant) {
      setProblem(t`Hãy nhập đủ ngày và giờ.`);
      return;
    }
    const why = whyNot(await schedule({ schoolYear, window, locksAt: instant, reason }));
    setProblem(why);
    if (why !== null) return;
    say(t`Đã đề nghị. Hạn chốt chỉ đổi khi một cán bộ khác của Sở xác nhận.`);
    onDone();
  }

  return (
    <Dialog title={`${t`Hạn chốt`}: ${t(WINDOWS[window].label)}`} onClose={onClose}>
      <form onSubmit={(event) => void send(event)} noValidate>
        {problem !== null && <Failure sentence={problem} />}
        <label className="stacked" htmlFor="deadline">
          <Trans>Ngày giờ chốt (giờ Việt Nam)</Trans>
        </label>
        <input
          id="deadline"
          type="datetime-local"
          value={local}
          aria-invalid={problem !== null}
          onChange={(event) => setLocal(event.target.value)}
        />
        <label className="stacked" htmlFor="reason">
          <Trans>Lý do</Trans>
        </label>
        <input id="reason" value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        <p className="soft">
          <Trans>Sau thời điểm này nhà trường không nộp, thu hồi hay thay thế được nữa.</Trans>
        </p>
        <div className="dialog-foot">
          <Button onClick={onClose}>
            <Trans>Hủy</Trans>
          </Button>
          <Button type="submit" look="primary" aria-disabled={fetching}>
            <Trans>Đề nghị hạn chốt</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
