import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { formatSize, formatYear } from '../../../shared/format';
import { upload, UploadError } from '../../../shared/uploading';
import { sentenceOf, whyNot } from '../../client';
import { RecordsImportDocument, type RecordsImportMutation } from '../../gql/graphql';
import { Failure } from '../../ui/Note';
import { useTitle } from '../../ui/useTitle';
import { useSchoolYear, useSession } from '../session/SessionContext';
import { FileChoice } from './FileChoice';
import { ImportReport } from './ImportReport';

export type Report = NonNullable<RecordsImportMutation['recordsImport']['report']>;

/** What was chosen, and the last report about it. */
interface Chosen {
  file: File;
  upload: string;
  report: Report;
}

/** A school's export file: looked through first, then taken in. */
export function ImportPage() {
  const { t } = useLingui();
  const { assignment } = useSession();
  const schoolYear = useSchoolYear();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [, runImport] = useMutation(RecordsImportDocument);
  useTitle(t`Nhập tệp`);

  async function run(file: File, kept: string, how: { dryRun: boolean; allOrNothing: boolean }): Promise<void> {
    const result = await runImport({ upload: kept, schoolId: assignment.unitId, schoolYear, ...how });
    const report = result.data?.recordsImport.report;
    if (report) setChosen({ file, upload: kept, report });
    else setProblem(result.error ? sentenceOf(result.error) : whyNot(result));
  }

  async function choose(file: File): Promise<void> {
    setChosen(null);
    await guarded(async () => run(file, await upload(file), { dryRun: true, allOrNothing: false }));
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(error instanceof UploadError ? error.message : '');
    }
    setBusy(false);
  }

  const year = formatYear(schoolYear);
  return (
    <>
      <h1>
        <Trans>Nhập tệp học bạ</Trans>
      </h1>
      <p>
        <Trans>
          Tệp xuất từ phần mềm quản lý trường (XLSX, CSV hoặc JSON) cho {assignment.unitName}, năm học {year}. Tệp được kiểm
          tra trước; chưa có gì được ghi cho đến khi bạn bấm nhập.
        </Trans>
      </p>
      <FileChoice busy={busy} onChoose={(file) => void choose(file)} />
      {busy && (
        <p role="status">
          <Trans>Đang đọc tệp và so với học bạ đang có…</Trans>
        </p>
      )}
      {problem !== null && <Failure sentence={problem} />}
      {chosen && (
        <section aria-labelledby="report">
          <h2 id="report">
            {chosen.report.dryRun ? <Trans>Kết quả kiểm tra</Trans> : <Trans>Đã nhập</Trans>}: {chosen.file.name} (
            {formatSize(chosen.file.size)})
          </h2>
          <ImportReport
            report={chosen.report}
            busy={busy}
            onImport={(allOrNothing) =>
              void guarded(() => run(chosen.file, chosen.upload, { dryRun: false, allOrNothing }))
            }
          />
        </section>
      )}
    </>
  );
}
