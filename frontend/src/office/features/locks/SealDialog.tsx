import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { formatNumber } from '../../../shared/format';
import { whyNot } from '../../../staff/client';
import { WINDOWS } from '../../../staff/features/locks/windows';
import { Note } from '../../../staff/ui/Note';
import { say } from '../../../staff/ui/notices';
import { DueCountDocument, LockPeriodSealDocument, PreflightDocument, type PeriodFactsFragment } from '../../gql/graphql';
import { TextField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';

interface SealDialogProps {
  period: PeriodFactsFragment;
  onClose: () => void;
  onDone: () => void;
}

/** The one act that nobody can take back: whoever does it types the number of records that it will lock. */
export function SealDialog({ period, onClose, onDone }: SealDialogProps) {
  const { t } = useLingui();
  const { id } = period;
  const [{ data }] = useQuery({ query: DueCountDocument, variables: { id }, requestPolicy: 'network-only' });
  const [flight] = useQuery({ query: PreflightDocument, variables: { lockPeriodId: id, unitId: null }, requestPolicy: 'network-only' });
  const [typed, setTyped] = useState('');
  const [, seal] = useMutation(LockPeriodSealDocument);
  const due = data?.node?.__typename === 'LockPeriod' ? data.node.dueCount : null;
  const missing = flight.data?.lockPreflight.missing ?? 0;

  async function send(): Promise<string | null> {
    if (due === null) return t`Máy chủ chưa cho biết số học bạ sẽ chốt; hãy đợi.`;
    if (typed.replace(/\D/g, '') !== String(due)) return t`Số vừa gõ không trùng với số học bạ sẽ chốt.`;
    return whyNot(await seal({ id }));
  }

  const shown = due === null ? '…' : formatNumber(due);
  return (
    <FormDialog
      title={t(WINDOWS[period.window].label)}
      submit={t`Chốt vĩnh viễn`}
      look="danger"
      onSubmit={send}
      onClose={onClose}
      onDone={() => {
        say(t`Đã bắt đầu chốt; trang này cho thấy tiến độ.`);
        onDone();
      }}
    >
      <Note tone="amber">
        <Trans>Chốt là vĩnh viễn. Không ai sửa, thu hồi hay thay thế được học bạ đã chốt.</Trans>
      </Note>
      {missing > 0 && <p>{plural(missing, { other: '# học bạ của kỳ này chưa sẵn sàng và sẽ lỡ kỳ chốt.' })}</p>}
      <p>
        <Trans>Chỉ học bạ đã được Sở chấp nhận và đến hạn của kỳ này bị chốt.</Trans>
      </p>
      <TextField label={t`Để xác nhận, gõ số học bạ sẽ chốt: ${shown}`} value={typed} onChange={setTyped} max={12} />
    </FormDialog>
  );
}
