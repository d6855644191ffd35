import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../../staff/client';
import { say } from '../../../staff/ui/notices';
import { TransferOpenDocument } from '../../gql/graphql';
import type { FormProps } from '../../ui/Acts';
import { TextField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';

/** Asks for a book by what the family shows: its code and the pupil's birth date. */
export function OpenDialog({ onClose, onDone }: FormProps) {
  const { t } = useLingui();
  const [code, setCode] = useState('');
  const [birthDate, setBirthDate] = useState('');
  const [reason, setReason] = useState('');
  const [, open] = useMutation(TransferOpenDocument);

  async function send(): Promise<string | null> {
    if (!code.trim() || !birthDate) return t`Hãy nhập mã tra cứu và ngày sinh.`;
    return whyNot(await open({ lookupCode: code.trim(), birthDate, reason: reason.trim() }));
  }

  return (
    <FormDialog
      title={t`Xin học bạ`}
      submit={t`Xin học bạ`}
      onSubmit={send}
      onClose={onClose}
      onDone={() => {
        say(t`Đã xin; trường cũ thấy yêu cầu ngay.`);
        onDone();
      }}
    >
      <p>
        <Trans>Gia đình cho biết mã tra cứu (in cạnh mã QR trên học bạ) và ngày sinh của học sinh.</Trans>
      </p>
      <TextField label={t`Mã tra cứu`} value={code} onChange={setCode} max={60} />
      <TextField label={t`Ngày sinh`} type="date" value={birthDate} onChange={setBirthDate} />
      <TextField label={t`Lý do`} value={reason} onChange={setReason} />
    </FormDialog>
  );
}
