import { Trans } from '@lingui/react/macro';
import type { ChangeEvent } from 'react';
import { codeDigits, groupCode } from '../../../shared/lookupCode';
import { describedBy, Field } from '../../ui/Field';

interface CodeFieldProps {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

/** Two rows, because 32 characters in groups are wider than a phone. */
export function CodeField({ value, error, onChange }: CodeFieldProps) {
  const typed = codeDigits(value).length;
  // groups appear while typing at the end; in the middle they would throw the caret about
  const change = ({ currentTarget: box }: ChangeEvent<HTMLTextAreaElement>) =>
    onChange(box.selectionEnd === box.value.length ? groupCode(box.value) : box.value);
  return (
    <Field
      id="code"
      label={<Trans>Mã tra cứu</Trans>}
      hint={
        <Trans>
          32 ký tự in cạnh mã QR trên học bạ. Có thể dán cả đường dẫn. Đã nhập {typed}/32.
        </Trans>
      }
      error={error}
    >
      <textarea
        id="code"
        className="code"
        rows={2}
        value={value}
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        aria-describedby={describedBy('code', error)}
        aria-invalid={Boolean(error)}
        onChange={change}
        onBlur={() => onChange(groupCode(value))}
      />
    </Field>
  );
}
