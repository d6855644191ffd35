import { useId, type HTMLInputTypeAttribute, type ReactNode } from 'react';

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
}

interface TextFieldProps extends FieldProps {
  type?: HTMLInputTypeAttribute;
  /** More than one makes it an area for sentences. */
  rows?: number;
  max?: number;
  autoComplete?: string;
}

/** A labelled box for words, dates and numbers. */
export function TextField({ label, value, onChange, hint, type = 'text', rows = 1, max = 500, autoComplete = 'off' }: TextFieldProps) {
  const id = useId();
  const shared = { id, value, maxLength: max, 'aria-describedby': hint ? `${id}hint` : undefined };
  return (
    <div className="field">
      <label className="stacked" htmlFor={id}>
        {label}
      </label>
      {hint && (
        <p className="soft" id={`${id}hint`}>
          {hint}
        </p>
      )}
      {rows > 1 ? (
        <textarea {...shared} rows={rows} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...shared} type={type} autoComplete={autoComplete} onChange={(event) => onChange(event.target.value)} />
      )}
    </div>
  );
}

interface ChoiceFieldProps extends FieldProps {
  choices: { value: string; label: string }[];
  /** What stands for no choice; without it there is always one. */
  none?: string;
}

/** A labelled list to choose from. */
export function ChoiceField({ label, value, onChange, hint, choices, none }: ChoiceFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="stacked" htmlFor={id}>
        {label}
      </label>
      {hint && <p className="soft">{hint}</p>}
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}
