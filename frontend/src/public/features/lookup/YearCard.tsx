import { Trans, useLingui } from '@lingui/react/macro';
import { SUBJECT_LEVELS, TRAIT_LEVELS } from '../../../shared/content/labels';
import { LevelKey } from '../../../shared/content/LevelKey';
import { Subjects } from '../../../shared/content/Subjects';
import { Traits } from '../../../shared/content/Traits';
import { YearEnd } from '../../../shared/content/YearEnd';
import { formatDate, formatYear } from '../../../shared/format';
import { Files } from './Files';
import { Signers } from './Signers';
import type { Answered } from './useLookup';
import type { Year } from './verdict';

interface YearCardProps {
  year: Year;
  answered: Answered;
  open: boolean;
  onRefreshed: (answered: Answered) => void;
}

const TONE: Record<Year['verdict'], string> = { LOCKED: 'good', NOT_YET_LOCKED: 'wait', WITHDRAWN: 'stop' };

/** One school year: what holds of it, its files, who signed, and the results. */
export function YearCard({ year, answered, open, onRefreshed }: YearCardProps) {
  const id = `year-${year.schoolYear}`;
  const name = formatYear(year.schoolYear);
  return (
    <section className="school-year" aria-labelledby={id}>
      <h2 id={id}>
        <Trans>Năm học {name}</Trans>
      </h2>
      <p className="where">
        <ClassName year={year} /> · {year.schoolName}
      </p>
      <p className={`standing ${TONE[year.verdict]}`}>{year.sentence}</p>
      <Effect year={year} />
      {year.sealPending && (
        <p className="note" role="status">
          <Trans>Dấu chốt của Sở đang được đóng lên tệp; tệp hoàn chỉnh tải được sau ít phút.</Trans>
        </p>
      )}
      <Files year={year} answered={answered} onRefreshed={onRefreshed} />
      {year.signatures.length > 0 && <Signers signatures={year.signatures} />}
      {year.content && (
        <details open={open}>
          <summary>
            <Trans>Kết quả học tập và rèn luyện</Trans>
          </summary>
          <Subjects subjects={year.content.subjects} />
          <LevelKey levels={SUBJECT_LEVELS} />
          <Traits content={year.content} />
          <LevelKey levels={TRAIT_LEVELS} />
          <YearEnd content={year.content} />
        </details>
      )}
    </section>
  );
}

function ClassName({ year }: { year: Year }) {
  const { t } = useLingui();
  const name = year.content?.className ?? year.grade;
  return t`Lớp ${name}`;
}

function Effect({ year }: { year: Year }) {
  if (!year.effectiveFrom) return null;
  const day = formatDate(year.effectiveFrom);
  return (
    <p>
      <Trans>Có hiệu lực từ {day}</Trans>
      {year.revision !== null && <Revision number={year.revision} />}
    </p>
  );
}

function Revision({ number }: { number: number }) {
  const { t } = useLingui();
  return ` · ${t`phiên bản ${number}`}`;
}
