import { Trans } from '@lingui/react/macro';
import { lazy, Suspense, useEffect, useState, type FormEvent } from 'react';
import { EMPTY_DATE } from '../../../shared/dateBoxes';
import { codeOfPath, groupCode } from '../../../shared/lookupCode';
import { ErrorSummary } from '../../ui/ErrorSummary';
import { BirthDateField } from './BirthDateField';
import { CodeField } from './CodeField';
import { useLookup } from './useLookup';

const Answer = lazy(() => import('./Answer'));

/** The form, and in its place the answer. */
export function Lookup({ onAnswered }: { onAnswered: (answered: boolean) => void }) {
  const [code, setCode] = useState(() => groupCode(codeOfPath(location.pathname) ?? ''));
  const [birthDate, setBirthDate] = useState(EMPTY_DATE);
  const { busy, errors, answered, send, forget, refreshed } = useLookup();
  useEffect(() => onAnswered(answered !== null), [answered, onAnswered]);
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.text;

  if (answered) {
    return (
      <Suspense fallback={<Waiting />}>
        <Answer
          answered={answered}
          onRefreshed={refreshed}
          onGiveBirthDate={forget}
          onAnother={() => {
            setCode('');
            setBirthDate(EMPTY_DATE);
            forget();
          }}
        />
      </Suspense>
    );
  }
  return (
    <section aria-labelledby="lookup-title">
      <h1 id="lookup-title">
        <Trans>Tra cứu học bạ</Trans>
      </h1>
      <p>
        <Trans>Dành cho cha mẹ học sinh và nơi nhận học bạ: biết học bạ có thật, ai đã ký và tải tệp có chữ ký số.</Trans>
      </p>
      <ErrorSummary errors={errors} />
      <form
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (!busy) void send(code, birthDate);
        }}
      >
        <CodeField value={code} error={errorOf('code')} onChange={setCode} />
        <BirthDateField value={birthDate} error={errorOf('birth-day')} onChange={setBirthDate} />
        <button type="submit" className="button" aria-disabled={busy}>
          {busy ? <Trans>Đang tra cứu…</Trans> : <Trans>Tra cứu</Trans>}
        </button>
      </form>
    </section>
  );
}

function Waiting() {
  return (
    <p role="status">
      <Trans>Đang mở kết quả…</Trans>
    </p>
  );
}
