import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { formatInstant, formatNumber, formatYear } from '../../../shared/format';
import { groupCode } from '../../../shared/lookupCode';
import { STATES } from '../../../staff/features/records/states';
import { Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { ChildrenDocument, type ChildrenQuery } from '../../gql/graphql';
import { Files } from '../../ui/Files';
import { Sharing } from './Sharing';

type Child = ChildrenQuery['viewer']['children'][number];
type Year = Child['records'][number];

/** What a parent sees: what stands of their children's records, that it is locked, who read it, and with whom it is shared. */
export function FamilyPage({ name }: { name: string }) {
  const { t } = useLingui();
  useTitle(t`Học bạ của con`);
  const [{ data, error }, again] = useQuery({ query: ChildrenDocument });
  const refresh = () => again({ requestPolicy: 'network-only' });
  const children = data?.viewer.children ?? [];
  return (
    <div className="family">
      <h1>{name}</h1>
      <Loaded data={data} error={error} onRetry={refresh}>
        {children.length === 0 ? (
          <p>
            <Trans>Chưa có học sinh nào gắn với số định danh của bạn. Hãy liên hệ nhà trường.</Trans>
          </p>
        ) : (
          children.map((child) => <ChildRecords key={child.lookupCode} child={child} onStale={refresh} />)
        )}
      </Loaded>
    </div>
  );
}

function ChildRecords({ child, onStale }: { child: Child; onStale: () => void }) {
  const newest = child.records.at(-1);
  const code = groupCode(child.lookupCode);
  return (
    <section aria-labelledby={child.lookupCode}>
      <h2 id={child.lookupCode}>{child.name}</h2>
      <p>{child.school?.name}</p>
      <p className="mono">
        <Trans>Mã tra cứu: {code}</Trans>
      </p>
      {child.records.map((year) => (
        <YearPart key={year.id} year={year} onStale={onStale} />
      ))}
      {newest && <Sharing recordId={newest.id} name={child.name} />}
    </section>
  );
}

function YearPart({ year, onStale }: { year: Year; onStale: () => void }) {
  const { t } = useLingui();
  const pdf = year.standingRevision?.artefacts.find((file) => file.kind === 'PDF');
  const proof = year.standingRevision?.inclusion;
  return (
    <article className="card">
      <h3>
        {formatYear(year.schoolYear)}, <Trans>lớp {year.grade}</Trans>
      </h3>
      <p>{t(STATES[year.state].label)}</p>
      <Proof year={year} />
      <Files
        key={pdf?.url}
        onStale={onStale}
        empty={t`Tệp học bạ xuất hiện ở đây khi nhà trường phát hành.`}
        files={[
          { label: t`Tải học bạ (PDF có chữ ký)`, url: pdf?.url },
          { label: t`Bằng chứng trong sổ cái (để đưa cho người muốn kiểm tra)`, url: proof?.url },
          { label: t`Đầu sổ đã ký mà bằng chứng dẫn đến`, url: proof?.headUrl },
        ]}
      />
    </article>
  );
}

/** What the ledger says of a year, in words. */
function Proof({ year }: { year: Year }) {
  const proof = year.standingRevision?.inclusion;
  if (!proof) {
    return (
      <p className="soft">
        <Trans>Năm học này chưa chốt, nên chưa có trong sổ cái của Sở.</Trans>
      </p>
    );
  }
  const line = formatNumber(proof.leafIndex + 1);
  if (!proof.signedAt || !proof.size) {
    return (
      <p className="soft">
        <Trans>Học bạ đã là dòng {line} của sổ cái; đầu sổ đang chờ ký.</Trans>
      </p>
    );
  }
  const size = formatNumber(proof.size);
  const signed = formatInstant(proof.signedAt);
  return (
    <p className="proof">
      <Trans>
        ✓ Học bạ năm này là dòng {line} trong sổ cái {size} dòng mà Sở đã ký lúc {signed}. Từ đó không ai sửa được nó mà không bị phát hiện.
      </Trans>
    </p>
  );
}
