import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { whyNot } from '../../../staff/client';
import { ROLES } from '../../../staff/features/session/roles';
import { useSchoolYear } from '../../../staff/features/session/SessionContext';
import { say } from '../../../staff/ui/notices';
import { AssignmentCreateDocument, ClassesOfDocument, type Role } from '../../gql/graphql';
import type { FormProps } from '../../ui/Acts';
import { ChoiceField, TextField } from '../../ui/fields';
import { FormDialog } from '../../ui/FormDialog';

const HANDED_OUT: Role[] = ['HOMEROOM_TEACHER', 'CLERK', 'DEPUTY_PRINCIPAL', 'PRINCIPAL', 'DISTRICT_OFFICER', 'DEPARTMENT_OFFICER'];

/** Hands out a role; what takes two people waits for the second. */
export function AssignDialog({ unitId, onClose, onDone }: FormProps & { unitId: string }) {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const [words, setWords] = useState({ subject: '', fullName: '', post: '', validFrom: '', validTo: '' });
  const [role, setRole] = useState<Role>('HOMEROOM_TEACHER');
  const [classId, setClass] = useState('');
  const [proposed, setProposed] = useState(false);
  const [, create] = useMutation(AssignmentCreateDocument);
  const ofTeacher = role === 'HOMEROOM_TEACHER';
  const [{ data }] = useQuery({ query: ClassesOfDocument, variables: { schoolYear, schoolId: unitId }, pause: !ofTeacher });
  const put = (name: keyof typeof words) => (value: string) => setWords({ ...words, [name]: value });
  const classes = (data?.progress ?? []).flatMap(({ schoolClass }) => (schoolClass ? [{ value: schoolClass.id, label: schoolClass.name }] : []));

  async function send(): Promise<string | null> {
    const { subject, fullName, post, validFrom, validTo } = words;
    if (!subject || !fullName || !post || !validFrom) return t`Hãy nhập tên đăng nhập, họ tên, chức vụ và ngày bắt đầu.`;
    const assignment = { subject, fullName, post, validFrom, validTo: validTo || null, unitId, role, classId: (ofTeacher && classId) || null };
    const result = await create({ assignment });
    setProposed(Boolean(result.data?.answer.proposal));
    return whyNot(result);
  }

  return (
    <FormDialog
      title={t`Phân công`}
      submit={t`Phân công`}
      onSubmit={send}
      onClose={onClose}
      onDone={() => {
        say(proposed ? t`Đã đề nghị; một cán bộ khác của Sở phải xác nhận.` : t`Đã phân công.`);
        onDone();
      }}
    >
      <p className="soft">
        <Trans>Phân công hiệu trưởng và cán bộ Sở cần hai người: bạn đề nghị, người khác xác nhận.</Trans>
      </p>
      <ChoiceField
        label={t`Vai trò`}
        value={role}
        onChange={(value) => setRole(value as Role)}
        choices={HANDED_OUT.map((value) => ({ value, label: t(ROLES[value].label) }))}
      />
      {ofTeacher && <ChoiceField label={t`Lớp`} none={t`Chọn lớp`} value={classId} onChange={setClass} choices={classes} />}
      <TextField label={t`Tên đăng nhập`} value={words.subject} onChange={put('subject')} max={100} />
      <TextField label={t`Họ tên`} value={words.fullName} onChange={put('fullName')} max={100} />
      <TextField label={t`Chức vụ`} value={words.post} onChange={put('post')} max={100} />
      <TextField label={t`Từ ngày`} type="date" value={words.validFrom} onChange={put('validFrom')} />
      <TextField label={t`Đến ngày (để trống nếu chưa biết)`} type="date" value={words.validTo} onChange={put('validTo')} />
    </FormDialog>
  );
}
