import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { compareClasses } from '../../../shared/names';
import { whyNot } from '../../../staff/client';
import { useSchoolYear, useSession } from '../../../staff/features/session/SessionContext';
import { say } from '../../../staff/ui/notices';
import { ClassesOfDocument, TransferAcceptDocument, type TransferFactsFragment } from '../../gql/graphql';
import type { FormProps } from '../../ui/Acts';
import { ChoiceField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';

/** Takes a released book into a class of my school. */
export function AcceptDialog({ transfer, onClose, onDone }: FormProps & { transfer: TransferFactsFragment }) {
  const { t } = useLingui();
  const { unitId } = useSession().assignment;
  const schoolYear = useSchoolYear();
  const [schoolClassId, setClass] = useState('');
  const [{ data }] = useQuery({ query: ClassesOfDocument, variables: { schoolYear, schoolId: unitId } });
  const [, accept] = useMutation(TransferAcceptDocument);
  const choices = (data?.progress ?? [])
    .flatMap(({ schoolClass }) => (schoolClass ? [{ value: schoolClass.id, label: schoolClass.name }] : []))
    .sort((left, right) => compareClasses(left.label, right.label));

  async function send(): Promise<string | null> {
    if (!schoolClassId) return t`Hãy chọn lớp.`;
    return whyNot(await accept({ id: transfer.id, schoolClassId }));
  }

  return (
    <FormDialog
      title={t`Nhận vào lớp: ${transfer.pupilName}`}
      submit={t`Nhận vào lớp`}
      onSubmit={send}
      onClose={onClose}
      onDone={() => {
        say(t`Học bạ đã về trường bạn.`);
        onDone();
      }}
    >
      <p>
        <Trans>Từ lúc này trường bạn chịu trách nhiệm về học bạ; trường cũ chỉ còn xem được các năm của mình.</Trans>
      </p>
      <ChoiceField label={t`Lớp`} none={t`Chọn lớp`} value={schoolClassId} onChange={setClass} choices={choices} />
    </FormDialog>
  );
}
