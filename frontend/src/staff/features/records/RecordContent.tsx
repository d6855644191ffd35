import { Trans, useLingui } from '@lingui/react/macro';
import { GENDERS } from '../../../shared/content/labels';
import { Subjects } from '../../../shared/content/Subjects';
import { Traits } from '../../../shared/content/Traits';
import { YearEnd } from '../../../shared/content/YearEnd';
import { formatDate, formatThousandths, formatYear } from '../../../shared/format';
import type { StaffContentFragment } from '../../gql/graphql';

/** The Ministry's form as it will print, to be read. */
export function RecordContent({ content }: { content: StaffContentFragment }) {
  return (
    <div className="form">
      <PupilFacts content={content} />
      <h3>
        <Trans>1. Các môn học và hoạt động giáo dục</Trans>
      </h3>
      <Subjects subjects={content.subjects} />
      <h3>
        <Trans>2–3. Phẩm chất chủ yếu và năng lực cốt lõi</Trans>
      </h3>
      <div className="traits-columns">
        <Traits content={content} />
      </div>
      <h3>
        <Trans>4–6. Kết quả, khen thưởng, hoàn thành</Trans>
      </h3>
      <YearEnd content={content} />
      {content.history.length > 0 && <History history={content.history} />}
    </div>
  );
}

function PupilFacts({ content }: { content: StaffContentFragment }) {
  const { t } = useLingui();
  const { pupil } = content;
  const excused = content.absentExcused;
  const unexcused = content.absentUnexcused;
  const facts: [string, string][] = [
    [t`Ngày sinh`, pupil.birthDate ? formatDate(pupil.birthDate) : ''],
    [t`Giới tính`, t(GENDERS[pupil.gender])],
    [t`Dân tộc`, pupil.ethnicity],
    [t`Quốc tịch`, pupil.nationality],
    [t`Nơi sinh`, pupil.birthPlace],
    [t`Quê quán`, pupil.hometown],
    [t`Nơi ở hiện nay`, pupil.address],
    [t`Họ tên cha`, pupil.father],
    [t`Họ tên mẹ`, pupil.mother],
    [t`Người giám hộ`, pupil.guardian],
    [t`Số định danh cá nhân`, pupil.citizenNumber],
    [t`Mã học sinh`, pupil.pupilCode],
    [t`Chiều cao`, content.heightMm === null ? '' : `${formatThousandths(content.heightMm)} m`],
    [t`Cân nặng`, content.weightG === null ? '' : `${formatThousandths(content.weightG)} kg`],
    [t`Số ngày nghỉ`, t`có phép ${excused}, không phép ${unexcused}`],
  ];
  return (
    <dl className="facts pupil-facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value || '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

function History({ history }: Pick<StaffContentFragment, 'history'>) {
  const { t } = useLingui();
  return (
    <>
      <h3>
        <Trans>Quá trình học tập</Trans>
      </h3>
      <table className="form-table" aria-label={t`Quá trình học tập`}>
        <thead>
          <tr>
            <th scope="col">{t`Năm học`}</th>
            <th scope="col">{t`Lớp`}</th>
            <th scope="col">{t`Tên trường`}</th>
            <th scope="col" className="wide-only">{t`Số đăng bộ`}</th>
            <th scope="col">{t`Ngày nhập học`}</th>
          </tr>
        </thead>
        <tbody>
          {history.map((entry) => (
            <tr key={entry.schoolYear + entry.schoolName}>
              <td>{formatYear(entry.schoolYear)}</td>
              <td>{entry.className}</td>
              <td>{entry.schoolName}</td>
              <td className="wide-only">{entry.registerNumber}</td>
              <td>{entry.enteredOn && formatDate(entry.enteredOn)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
