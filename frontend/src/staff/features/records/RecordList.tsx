import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { formatYear } from '../../../shared/format';
import { ProgressDocument } from '../../gql/graphql';
import { Empty, Failure } from '../../ui/Note';
import { useTitle } from '../../ui/useTitle';
import { useSchoolYear, useSession } from '../session/SessionContext';
import { ActionDialog } from './ActionDialog';
import { availableFor, type Available } from './available';
import { Filters } from './Filters';
import { RecordTable } from './RecordTable';
import { Search } from './Search';
import { SelectionBar } from './SelectionBar';
import { useRecordPages } from './useRecordPages';
import { useRecordTable } from './useRecordTable';

const route = getRouteApi('/hoc-ba');

export function RecordList() {
  const { t } = useLingui();
  const { assignment } = useSession();
  const { truong, lop, trangthai } = route.useSearch();
  const schoolYear = useSchoolYear();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Available | null>(null);
  const [progress, refreshProgress] = useQuery({ query: ProgressDocument, variables: { schoolYear } });
  const pages = useRecordPages({
    schoolYear,
    schoolId: truong ?? null,
    classId: lop ?? null,
    states: trangthai ? [trangthai] : [],
    name: useDeferredValue(name) || null,
  });
  const model = useRecordTable(pages);
  const available = availableFor(model.selected);
  useTitle(t`Học bạ`);

  const { clear } = model;
  useEffect(clear, [schoolYear, truong, lop, trangthai, name, clear]);

  function refresh(): void {
    setChosen(null);
    clear();
    pages.reload();
    refreshProgress({ requestPolicy: 'network-only' });
  }

  const year = formatYear(schoolYear);
  return (
    <div className="list-page">
      <h1>
        <Trans>Học bạ năm học {year}</Trans>
      </h1>
      <div className="filters">
        <Search onSearch={setName} />
        <Filters progress={progress.data?.progress ?? []} school={truong} schoolClass={lop} state={trangthai} />
        <Count loaded={pages.rows.length} hasNext={pages.hasNext} loading={pages.loading} />
      </div>
      {pages.problem !== null && <Failure sentence={pages.problem} onRetry={pages.reload} />}
      {pages.rows.length === 0 && !pages.loading && pages.problem === null ? (
        <Empty>
          <Trans>Không có học bạ nào khớp với bộ lọc này.</Trans>
        </Empty>
      ) : (
        <RecordTable
          model={model}
          loading={pages.loading}
          withSchool={assignment.unitKind !== 'SCHOOL'}
          onNearEnd={pages.more}
          onSign={() => setChosen(available[0] ?? null)}
        />
      )}
      <SelectionBar selected={model.selected} available={available} onAct={setChosen} onClear={clear} />
      {chosen && <ActionDialog available={chosen} onClose={() => setChosen(null)} onDone={refresh} />}
    </div>
  );
}

function Count({ loaded, hasNext, loading }: { loaded: number; hasNext: boolean; loading: boolean }) {
  const { t } = useLingui();
  const count = plural(loaded, { other: '# học bạ' });
  return <span role="status">{loading ? t`Đang tải…` : hasNext ? t`${count} đầu, cuộn để xem thêm` : count}</span>;
}
