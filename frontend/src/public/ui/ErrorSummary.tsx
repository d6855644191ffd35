import { Trans } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';

/** An error, and the id of the input that mends it. */
export interface FieldError {
  field: string;
  text: string;
}

/** Everything that is wrong, above the form; takes the focus when it appears. */
export function ErrorSummary({ errors }: { errors: FieldError[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (errors.length > 0) box.current?.focus();
  }, [errors]);
  if (errors.length === 0) return null;
  return (
    <div className="summary" role="alert" tabIndex={-1} ref={box}>
      <h2>
        <Trans>Chưa tra cứu được</Trans>
      </h2>
      <ul>
        {errors.map((error) => (
          <li key={error.field}>
            <a
              href={`#${error.field}`}
              onClick={(event) => {
                event.preventDefault();
                document.getElementById(error.field)?.focus();
              }}
            >
              {error.text}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
