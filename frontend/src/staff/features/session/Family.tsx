import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { formatYear } from '../../../shared/format';
import { ChildrenDocument, type ChildrenQuery } from '../../gql/graphql';
import { Loaded } from '../../ui/Note';
import { useTitle } from '../../ui/useTitle';
import { STATES } from '../records/states';

type Child = ChildrenQuery['viewer']['children'][number];

/** What a parent sees: what stands of their children's records. */
export function Family({ name }: { name: string }) {
  const { t } = useLingui();
  useTitle(t`Học bạ của con`);
  const [{ data, error }, again] = useQuery({ query: ChildrenDocument });
  const children = data?.viewer.children ?? [];
  return (
    <div className="welcome">
      <h1>{name}</h1>
      <Loaded data={data} error={error} onRetry={again}>
        {children.length === 0 ? (
          <p>
            <Trans>Chưa có học sinh nào gắn với số định danh của bạn. Hãy liên hệ nhà trường.</Trans>
          </p>
        ) : (
          children.map((child) => <ChildRecords key={child.lookupCode} child={child} />)
        )}
      </Loaded>
    </div>
  );
}

function ChildRecords({ child }: { child: Child }) {
  const { t } = useLingui();
  return (
    <section>
      <h2>{child.name}</h2>
      <p>{child.school?.name}</p>
      <ul>
        {child.records.map((record) => (
          <li key={record.id}>
            {formatYear(record.schoolYear)}, <Trans>lớp {record.grade}</Trans>: {t(STATES[record.state].label)}{' '}
            {record.standingRevision?.artefacts
              .filter((file) => file.kind === 'PDF')
              .map((file) => (
                <a key={file.digest} href={file.url}>
                  <Trans>Tải học bạ (PDF)</Trans>
                </a>
              ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
