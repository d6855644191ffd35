import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../../staff/client';
import { say } from '../../../staff/ui/notices';
import { AssignmentEndDocument, type HeldFactsFragment } from '../../gql/graphql';
import type { FormProps } from '../../ui/Acts';
import { TextField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';

/** Sets the last day of a role. */
export function EndDialog({ role, onClose, onDone }: FormProps & { role: HeldFactsFragment }) {
  const { t } = useLingui();
  const [lastDay, setLastDay] = useState('');
  const [, end] = useMutation(AssignmentEndDocument);

  async function send(): Promise<string | null> {
    return lastDay ? whyNot(await end({ id: role.id, lastDay })) : t`Hãy chọn ngày cuối cùng.`;
  }

  return (
    <FormDialog
      title={t`Kết thúc phân công: ${role.personName}`}
      submit={t`Kết thúc`}
      look="danger"
      onSubmit={send}
      onClose={onClose}
      onDone={() => {
        say(t`Đã ghi ngày cuối cùng.`);
        onDone();
      }}
    >
      <p>
        <Trans>Sau ngày này người ấy không còn quyền của vai trò; chữ ký đã có vẫn giữ giá trị.</Trans>
      </p>
      <TextField label={t`Ngày cuối cùng`} type="date" value={lastDay} onChange={setLastDay} />
    </FormDialog>
  );
}
