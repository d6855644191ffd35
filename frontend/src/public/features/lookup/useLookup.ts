import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { readDate, type DateBoxes, type DateProblem } from '../../../shared/dateBoxes';
import { findCode } from '../../../shared/lookupCode';
import { ask, RefusedError } from '../../client';
import { LookupDocument, type LookupQuery, type LookupQueryVariables } from '../../gql/graphql';
import type { FieldError } from '../../ui/ErrorSummary';

/** An answer, what was asked for it, and when: its links are good for five minutes. */
export interface Answered {
  result: LookupQuery['lookup'];
  question: LookupQueryVariables;
  at: Date;
}

/** Asks the registry; what stands in the form stays with the form. */
export function useLookup() {
  const { t } = useLingui();
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [answered, setAnswered] = useState<Answered | null>(null);

  const dateErrors: Record<Exclude<DateProblem, 'EMPTY'>, string> = {
    INCOMPLETE: t`Nhập đủ ngày, tháng và năm sinh, năm có 4 chữ số.`,
    NO_SUCH_DAY: t`Không có ngày này; hãy kiểm tra lại ngày sinh.`,
    FUTURE: t`Ngày sinh ở tương lai; hãy kiểm tra lại.`,
  };

  async function send(text: string, boxes: DateBoxes): Promise<void> {
    const code = findCode(text);
    const date = readDate(boxes);
    const wrong: FieldError[] = [];
    if (!code) wrong.push({ field: 'code', text: t`Mã tra cứu có 32 ký tự 0–9 và a–f; mã này chưa đủ.` });
    if ('problem' in date && date.problem !== 'EMPTY') {
      wrong.push({ field: 'birth-day', text: dateErrors[date.problem] });
    }
    setErrors(wrong);
    if (!code || wrong.length > 0) return;
    setBusy(true);
    try {
      setAnswered(await lookUp({ code, birthDate: 'iso' in date ? date.iso : null }));
    } catch (error) {
      setErrors([{ field: 'code', text: words(error) }]);
    }
    setBusy(false);
  }

  function words(error: unknown): string {
    const sentence = error instanceof RefusedError ? error.message : '';
    return sentence || t`Không kết nối được máy chủ. Hãy kiểm tra mạng rồi thử lại.`;
  }

  return { busy, errors, answered, send, forget: () => setAnswered(null), refreshed: setAnswered };
}

export async function lookUp(question: LookupQueryVariables): Promise<Answered> {
  return { result: (await ask(LookupDocument, question)).lookup, question, at: new Date() };
}
