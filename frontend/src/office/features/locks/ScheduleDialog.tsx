import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../../staff/client';
import { WINDOWS } from '../../../staff/features/locks/windows';
import { say } from '../../../staff/ui/notices';
import { LockPeriodScheduleDocument, type LockWindow } from '../../gql/graphql';
import { TextField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';
import { toInstant, toLocal, usualDeadline } from './instant';

interface ScheduleDialogProps {
  window: LockWindow;
  schoolYear: string;
  dates?: { locksAt: string; reportsAt: string };
  onClose: () => void;
  onDone: () => void;
}

/** Proposes dates, in Vietnamese time whatever the clock of this computer says; another officer confirms them. */
export function ScheduleDialog({ window, schoolYear, dates, onClose, onDone }: ScheduleDialogProps) {
  const { t } = useLingui();
  const [locks, setLocks] = useState(dates ? toLocal(dates.locksAt) : usualDeadline(schoolYear, window));
  const [reports, setReports] = useState(dates ? toLocal(dates.reportsAt) : '');
  const [reason, setReason] = useState('');
  const [, schedule] = useMutation(LockPeriodScheduleDocument);

  async function send(): Promise<string | null> {
    const locksAt = toInstant(locks);
    if (!locksAt) return t`Hãy nhập đủ ngày và giờ.`;
    if (!reason.trim()) return t`Hãy ghi lý do; lý do được lưu lại.`;
    return whyNot(await schedule({ schoolYear, window, locksAt, reportsAt: toInstant(reports), reason: reason.trim() }));
  }

  return (
    <FormDialog
      title={`${t`Hạn chốt`}: ${t(WINDOWS[window].label)}`}
      submit={t`Đề nghị hạn chốt`}
      onSubmit={send}
      onClose={onClose}
      onDone={() => {
        say(t`Đã đề nghị. Hạn chốt chỉ đổi khi một cán bộ khác của Sở xác nhận.`);
        onDone();
      }}
    >
      <TextField
        label={t`Ngày giờ chốt (giờ Việt Nam)`}
        hint={<Trans>Sau thời điểm này nhà trường không nộp, thu hồi hay thay thế được nữa.</Trans>}
        type="datetime-local"
        value={locks}
        onChange={setLocks}
      />
      <TextField label={t`Ngày giờ báo cáo Bộ; để trống thì theo kế hoạch`} type="datetime-local" value={reports} onChange={setReports} />
      <TextField label={t`Lý do`} value={reason} onChange={setReason} />
    </FormDialog>
  );
}
