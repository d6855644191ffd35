import { Trans, useLingui } from '@lingui/react/macro';
import { spreadDate, type DateBoxes } from '../../../shared/dateBoxes';
import { FieldGroup } from '../../ui/Field';

interface BirthDateFieldProps {
  value: DateBoxes;
  error: string | undefined;
  onChange: (value: DateBoxes) => void;
}

export function BirthDateField({ value, error, onChange }: BirthDateFieldProps) {
  const { t } = useLingui();
  const parts: [keyof DateBoxes, string, number][] = [
    ['day', t`Ngày`, 2],
    ['month', t`Tháng`, 2],
    ['year', t`Năm`, 4],
  ];
  return (
    <FieldGroup
      id="birth"
      label={<Trans>Ngày sinh của học sinh</Trans>}
      hint={<Trans>Ví dụ: 2 9 2016. Không có ngày sinh thì chỉ biết học bạ có thật hay không.</Trans>}
      error={error}
    >
      <div className="date">
        {parts.map(([part, name, length]) => (
          <label key={part} htmlFor={`birth-${part}`}>
            {name}
            <input
              id={`birth-${part}`}
              className={part}
              inputMode="numeric"
              autoComplete="off"
              maxLength={length}
              value={value[part]}
              aria-invalid={Boolean(error)}
              onChange={(event) => onChange({ ...value, [part]: event.currentTarget.value.replace(/\D/g, '') })}
              onPaste={(event) => {
                const pasted = spreadDate(event.clipboardData.getData('text'));
                if (!pasted) return;
                event.preventDefault();
                onChange(pasted);
              }}
            />
          </label>
        ))}
      </div>
    </FieldGroup>
  );
}
