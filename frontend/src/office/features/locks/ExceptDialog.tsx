import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { compareClasses, compareNames } from '../../../shared/names';
import { whyNot } from '../../../staff/client';
import { say } from '../../../staff/ui/notices';
import { ClassesOfDocument, LockExceptionProposeDocument, UnitsDocument, type PeriodFactsFragment } from '../../gql/graphql';
import { ChoiceField, TextField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';
import { toInstant, toLocal } from './instant';

interface ExceptDialogProps {
  period: PeriodFactsFragment;
  onClose: () => void;
  onDone: () => void;
}

/** Proposes that a school or class may act after the deadline; another officer grants it. */
export function ExceptDialog({ period, onClose, onDone }: ExceptDialogProps) {
  const { t } = useLingui();
  const [schoolId, setSchoolId] = useState('');
  const [classId, setClassId] = useState('');
  const [until, setUntil] = useState(toLocal(period.reportsAt));
  const [reason, setReason] = useState('');
  const [, propose] = useMutation(LockExceptionProposeDocument);

  async function send(): Promise<string | null> {
    const expiresAt = toInstant(until);
    if (!schoolId || !expiresAt) return t`Hãy chọn trường và thời điểm hết hiệu lực.`;
    if (!reason.trim()) return t`Hãy ghi lý do; lý do được lưu lại.`;
    const exception = { lockPeriodId: period.id, schoolId, classId: classId || null, expiresAt, reason: reason.trim() };
    return whyNot(await propose({ exception }));
  }

  return (
    <FormDialog
      title={t`Đề nghị ngoại lệ`}
      submit={t`Đề nghị ngoại lệ`}
      onSubmit={send}
      onClose={onClose}
      onDone={() => {
        say(t`Đã đề nghị. Ngoại lệ chỉ có hiệu lực khi một cán bộ khác của Sở cho phép.`);
        onDone();
      }}
    >
      <p>
        <Trans>Trường hoặc lớp được chọn làm tiếp sau hạn chốt; các trường khác không đổi. Khi chốt đã bắt đầu thì không thêm được nữa.</Trans>
      </p>
      <SchoolChoice schoolYear={period.schoolYear} value={schoolId} onChange={setSchoolId} />
      {schoolId && <ClassChoice schoolYear={period.schoolYear} schoolId={schoolId} value={classId} onChange={setClassId} />}
      <TextField label={t`Có hiệu lực đến (giờ Việt Nam)`} type="datetime-local" value={until} onChange={setUntil} />
      <TextField label={t`Lý do`} value={reason} onChange={setReason} />
    </FormDialog>
  );
}

interface ChoiceProps {
  schoolYear: string;
  value: string;
  onChange: (value: string) => void;
}

function SchoolChoice({ schoolYear, value, onChange }: ChoiceProps) {
  const { t } = useLingui();
  const [{ data }] = useQuery({ query: UnitsDocument, variables: { schoolYear } });
  const choices = (data?.schoolProgress ?? [])
    .flatMap(({ school }) => (school ? [{ value: school.id, label: `${school.name}, ${school.district}` }] : []))
    .sort((left, right) => compareNames(left.label, right.label));
  return <ChoiceField label={t`Trường`} none={t`Chọn trường`} value={value} onChange={onChange} choices={choices} />;
}

function ClassChoice({ schoolYear, schoolId, value, onChange }: ChoiceProps & { schoolId: string }) {
  const { t } = useLingui();
  const [{ data }] = useQuery({ query: ClassesOfDocument, variables: { schoolYear, schoolId } });
  const choices = (data?.progress ?? [])
    .flatMap(({ schoolClass }) => (schoolClass ? [{ value: schoolClass.id, label: schoolClass.name }] : []))
    .sort((left, right) => compareClasses(left.label, right.label));
  return <ChoiceField label={t`Lớp`} none={t`Cả trường`} value={value} onChange={onChange} choices={choices} />;
}
