import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { formatYear } from '../../../shared/format';
import { groupCode } from '../../../shared/lookupCode';
import { RecordDocument, type RecordQuery } from '../../gql/graphql';
import { Failure, Loaded } from '../../ui/Note';
import { useTitle } from '../../ui/useTitle';
import { RecordActions } from './RecordActions';
import { RecordContent } from './RecordContent';
import { StateTag } from './StateTag';
import { Timeline } from './Timeline';

const route = getRouteApi('/hoc-ba/$recordId');

export type RecordView = Extract<RecordQuery['node'], { __typename: 'Record' }>;

export function RecordPage() {
  const { t } = useLingui();
  const { recordId } = route.useParams();
  const [{ data, error }, refetch] = useQuery({ query: RecordDocument, variables: { id: recordId } });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const record = data?.node?.__typename === 'Record' ? data.node : null;
  useTitle(t`Học bạ`);
  return (
    <Loaded data={data} error={error} onRetry={refresh}>
      {record ? <Found record={record} onChanged={refresh} /> : <Failure sentence={t`Không tìm thấy học bạ này.`} />}
    </Loaded>
  );
}

function Found({ record, onChanged }: { record: RecordView; onChanged: () => void }) {
  const { t } = useLingui();
  const year = formatYear(record.schoolYear);
  const { number } = record.working;
  return (
    <article className="record">
      <header>
        <h1>{record.pupilName}</h1>
        <p>
          <Trans>
            Lớp {record.className}, {record.school?.name}, năm học {year}
          </Trans>
        </p>
        <p>
          <StateTag state={record.state} />
          {record.workingRevision.state !== record.state && (
            <>
              {' · '}
              <Trans>bản đang làm:</Trans> <StateTag state={record.workingRevision.state} />
            </>
          )}
        </p>
      </header>
      <RecordActions record={record} onChanged={onChanged} />
      <div className="record-columns">
        <div>
          <Missing record={record} />
          <h2>
            <Trans>Nội dung, phiên bản {number}</Trans>
          </h2>
          <Preview url={record.working.previewUrl} />
          {record.working.content ? (
            <RecordContent content={record.working.content} />
          ) : (
            <p className="nothing">{t`Nội dung chưa có.`}</p>
          )}
        </div>
        <aside aria-label={t`Chữ ký và phiên bản`}>
          <Timeline record={record} onStale={onChanged} />
          <h2>
            <Trans>Mã tra cứu</Trans>
          </h2>
          <p className="mono">{groupCode(record.lookupCode)}</p>
        </aside>
      </div>
    </article>
  );
}

/** The form as it would be printed now; the server draws it when the link is followed. */
function Preview({ url }: { url: string | null | undefined }) {
  if (!url) return null;
  return (
    <p>
      <a href={url} target="_blank" rel="noopener">
        <Trans>Xem trước bản in (PDF, chưa ký)</Trans>
      </a>
    </p>
  );
}

/** What keeps the homeroom teacher from signing. */
function Missing({ record }: { record: RecordView }) {
  const { missing } = record.working;
  if (missing.length === 0) return null;
  return (
    <section className="note amber" aria-labelledby="missing">
      <h2 id="missing">
        <Trans>Còn thiếu trước khi giáo viên ký được</Trans>
      </h2>
      <ul>
        {missing.map((fault) => (
          <li key={fault.field + fault.code}>{fault.message}</li>
        ))}
      </ul>
    </section>
  );
}
