import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { formatNumber } from '../../../shared/format';
import type { RecordState } from '../../gql/graphql';
import { classLines, countOf, schoolLines, totalCounts, type ClassProgress } from '../overview/counting';
import { useSession } from '../session/SessionContext';
import { STATES, WAY } from './states';

interface FiltersProps {
  progress: ClassProgress[];
  school: string | undefined;
  schoolClass: string | undefined;
  state: RecordState | undefined;
}

/** Everything that narrows the list and may stand in the address. */
export function Filters({ progress, school, schoolClass, state }: FiltersProps) {
  const { assignment } = useSession();
  const navigate = useNavigate();
  const choose = (chosen: { truong?: string | undefined; lop?: string | undefined; trangthai?: RecordState | undefined }) =>
    void navigate({ to: '/hoc-ba', search: (old) => ({ ...old, ...chosen }) });
  const ofSchool = progress.filter((item) => !school || item.school?.id === school);
  const ofClass = ofSchool.filter((item) => !schoolClass || item.schoolClass?.id === schoolClass);
  const manySchools = assignment.unitKind !== 'SCHOOL';
  return (
    <>
      {manySchools && (
        <Choice
          label={<Trans>Trường</Trans>}
          all={<Trans>Mọi trường</Trans>}
          options={schoolLines(progress)}
          value={school}
          onChoose={(truong) => choose({ truong, lop: undefined })}
        />
      )}
      {(!manySchools || school) && (
        <Choice
          label={<Trans>Lớp</Trans>}
          all={<Trans>Mọi lớp</Trans>}
          options={classLines(ofSchool)}
          value={schoolClass}
          onChoose={(lop) => choose({ lop })}
        />
      )}
      <StateFilter progress={ofClass} state={state} onChoose={(trangthai) => choose({ trangthai })} />
    </>
  );
}

interface ChoiceProps {
  label: React.ReactNode;
  all: React.ReactNode;
  options: { id: string; name: string; total: number }[];
  value: string | undefined;
  onChoose: (id: string | undefined) => void;
}

function Choice({ label, all, options, value, onChoose }: ChoiceProps) {
  return (
    <label className="choice">
      <span>{label}</span>
      <select value={value ?? ''} onChange={(event) => onChoose(event.target.value || undefined)}>
        <option value="">{all}</option>
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.name} ({formatNumber(option.total)})
          </option>
        ))}
      </select>
    </label>
  );
}

interface StateFilterProps {
  progress: ClassProgress[];
  state: RecordState | undefined;
  onChoose: (state: RecordState | undefined) => void;
}

function StateFilter({ progress, state, onChoose }: StateFilterProps) {
  const { t } = useLingui();
  const counts = totalCounts(progress);
  const total = WAY.reduce((sum, item) => sum + countOf(counts, item), 0);
  const shown = WAY.filter((item) => item === state || countOf(counts, item) > 0);
  return (
    <div className="state-filter" role="group" aria-label={t`Trạng thái`}>
      <button type="button" aria-current={state === undefined ? 'true' : undefined} onClick={() => onChoose(undefined)}>
        <Trans>Tất cả</Trans> ({formatNumber(total)})
      </button>
      {shown.map((item) => (
        <button key={item} type="button" aria-current={item === state ? 'true' : undefined} onClick={() => onChoose(item)}>
          {t(STATES[item].label)} ({formatNumber(countOf(counts, item))})
        </button>
      ))}
    </div>
  );
}
