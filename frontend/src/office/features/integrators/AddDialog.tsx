import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../../staff/client';
import { IntegratorAddDocument } from '../../gql/graphql';
import { TextField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';
import { SCOPES } from './actions';

/** Registers a program; its secret is shown once. */
export function AddDialog({ onClose, onMade }: { onClose: () => void; onMade: (secret: string) => void }) {
  const { t } = useLingui();
  const [words, setWords] = useState({ clientId: '', name: '', days: '90', networks: '' });
  const [scopes, setScopes] = useState<string[]>([]);
  const [, add] = useMutation(IntegratorAddDocument);
  const put = (key: keyof typeof words) => (value: string) => setWords({ ...words, [key]: value });

  async function send(): Promise<string | null> {
    const networks = words.networks.split(/[\s,]+/).filter(Boolean);
    const result = await add({ clientId: words.clientId, name: words.name, scopes, validDays: Number(words.days), networks });
    const why = whyNot(result);
    if (why === null) onMade(result.data?.answer.secret ?? '');
    return why;
  }

  return (
    <FormDialog title={t`Đăng ký hệ thống`} submit={t`Đăng ký`} onSubmit={send} onClose={onClose} onDone={() => undefined}>
      <TextField label={t`Mã hệ thống (client id)`} value={words.clientId} onChange={put('clientId')} max={100} />
      <TextField label={t`Tên cơ quan, như nhà trường và gia đình đọc`} value={words.name} onChange={put('name')} max={200} />
      <fieldset className="condition">
        <legend>
          <Trans>Được làm gì</Trans>
        </legend>
        {Object.entries(SCOPES).map(([scope, label]) => (
          <label key={scope} className="choice">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) => setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((item) => item !== scope))}
            />
            {t(label)}
          </label>
        ))}
      </fieldset>
      <TextField label={t`Số ngày, 1 đến 90`} type="number" value={words.days} onChange={put('days')} />
      <TextField label={t`Mạng được phép, dạng 203.0.113.0/24; để trống là mọi nơi`} value={words.networks} onChange={put('networks')} />
    </FormDialog>
  );
}
