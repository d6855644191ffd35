import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../../staff/client';
import { useSchoolYear } from '../../../staff/features/session/SessionContext';
import { say } from '../../../staff/ui/notices';
import { ParticipationDeclareDocument, type ParticipationCondition, type ParticipationFactsFragment } from '../../gql/graphql';
import type { FormProps } from '../../ui/Acts';
import { TextField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';
import { CONDITIONS } from './actions';

type Answer = ParticipationFactsFragment['conditions'][number];

const ALL = Object.keys(CONDITIONS) as ParticipationCondition[];

/** The four conditions of the plan, each with what shows it. */
export function DeclareDialog({ known, onClose, onDone }: FormProps & { known: Answer[] }) {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const [, declare] = useMutation(ParticipationDeclareDocument);
  const [answers, setAnswers] = useState<Answer[]>(() =>
    ALL.map((condition) => known.find((item) => item.condition === condition) ?? { condition, met: false, evidence: '' }),
  );
  const change = (condition: ParticipationCondition, part: Partial<Answer>) =>
    setAnswers(answers.map((item) => (item.condition === condition ? { ...item, ...part } : item)));

  async function send(): Promise<string | null> {
    const conditions = answers.map(({ condition, met, evidence }) => ({ condition, met, evidence }));
    return whyNot(await declare({ schoolYear, conditions }));
  }

  return (
    <FormDialog
      title={t`Điều kiện tham gia`}
      submit={t`Gửi bản khai`}
      onSubmit={send}
      onClose={onClose}
      onDone={() => {
        say(t`Đã gửi; Phòng thấy bản khai ngay.`);
        onDone();
      }}
    >
      {answers.map(({ condition, met, evidence }) => (
        <fieldset key={condition} className="condition">
          <legend>{t(CONDITIONS[condition])}</legend>
          <label className="choice">
            <input type="checkbox" checked={met} onChange={(event) => change(condition, { met: event.target.checked })} />
            {t`Trường đạt`}
          </label>
          <TextField label={t`Minh chứng (Phòng chỉ đề nghị được khi có)`} value={evidence} onChange={(words) => change(condition, { evidence: words })} />
        </fieldset>
      ))}
    </FormDialog>
  );
}
