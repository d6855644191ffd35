import { Trans, useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { formatNumber, formatYear } from '../../../shared/format';
import { ProgressDocument } from '../../gql/graphql';
import { Empty, Loaded } from '../../ui/Note';
import { useTitle } from '../../ui/useTitle';
import { LockStrip } from '../locks/LockStrip';
import { useSchoolYear, useSession } from '../session/SessionContext';
import { classLines, doneShare, schoolLines, totalCounts, type ClassProgress } from './counting';
import { ProgressTable } from './ProgressTable';
import { Queues } from './Queues';

const NONE: ClassProgress[] = [];

export function Overview() {
  const { t } = useLingui();
  const { assignment } = useSession();
  const schoolYear = useSchoolYear();
  const [{ data, error }, again] = useQuery({ query: ProgressDocument, variables: { schoolYear } });
  const progress = data?.progress ?? NONE;
  const counts = useMemo(() => totalCounts(progress), [progress]);
  const year = formatYear(schoolYear);
  useTitle(t`Tổng quan`);
  return (
    <>
      <h1>
        <Trans>
          {assignment.unitName}, năm học {year}
        </Trans>
      </h1>
      <LockStrip schoolYear={schoolYear} />
      <Loaded data={data} error={error} onRetry={again}>
        <Queues counts={counts} />
        <Progress progress={progress} />
      </Loaded>
    </>
  );
}

function Progress({ progress }: { progress: ClassProgress[] }) {
  const { assignment } = useSession();
  const by = assignment.unitKind === 'SCHOOL' ? 'CLASS' : 'SCHOOL';
  const lines = useMemo(() => (by === 'CLASS' ? classLines(progress) : schoolLines(progress)), [by, progress]);
  const total = lines.reduce((sum, line) => sum + line.total, 0);
  const share = formatNumber(Math.round(doneShare({ counts: totalCounts(progress), total }) * 1000) / 10);
  if (total === 0) {
    return (
      <Empty>
        <Trans>Chưa có học bạ nào trong năm học này. Học bạ xuất hiện khi nhà trường nhập tệp từ phần mềm quản lý.</Trans>
      </Empty>
    );
  }
  return (
    <section aria-labelledby="progress">
      <h2 id="progress">{by === 'CLASS' ? <Trans>Tiến độ theo lớp</Trans> : <Trans>Tiến độ theo trường, chậm nhất trước</Trans>}</h2>
      <p>
        <Trans>Sở đã chấp nhận hoặc chốt {share}%.</Trans>
      </p>
      <ProgressTable lines={lines} by={by} />
    </section>
  );
}
