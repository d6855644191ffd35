import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../../staff/client';
import { ShareCodeCreateDocument, type AccessPurpose } from '../../gql/graphql';
import { ChoiceField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';
import { PURPOSES } from './words';

const CHOSEN: AccessPurpose[] = ['ADMISSION', 'VERIFICATION', 'FAMILY', 'WALLET'];
const DAYS = [7, 30, 90];

interface ShareDialogProps {
  recordId: string;
  title: string;
  onClose: () => void;
  onMade: (code: string) => void;
}

/** A second factor for one purpose and a limited time. */
export function ShareDialog({ recordId, title, onClose, onMade }: ShareDialogProps) {
  const { t } = useLingui();
  const [purpose, setPurpose] = useState<AccessPurpose>('ADMISSION');
  const [days, setDays] = useState('30');
  const [, create] = useMutation(ShareCodeCreateDocument);

  async function send(): Promise<string | null> {
    const result = await create({ recordId, purpose, validDays: Number(days) });
    const why = whyNot(result);
    if (why === null) onMade(result.data?.answer.code ?? '');
    return why;
  }

  return (
    <FormDialog title={title} submit={t`Tạo mã`} onSubmit={send} onClose={onClose} onDone={() => undefined}>
      <ChoiceField
        label={t`Để làm gì`}
        value={purpose}
        onChange={(value) => setPurpose(value as AccessPurpose)}
        choices={CHOSEN.map((value) => ({ value, label: t(PURPOSES[value]) }))}
      />
      <ChoiceField
        label={t`Dùng được trong`}
        value={days}
        onChange={setDays}
        choices={DAYS.map((value) => ({ value: String(value), label: t`${value} ngày` }))}
      />
    </FormDialog>
  );
}
