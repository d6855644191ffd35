import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { CeremonyItemsDocument } from '../../gql/graphql';
import { Loaded, Note } from '../../ui/Note';

interface FailuresProps {
  ceremonyId: string;
  failed: number;
}

/** Which records could not be signed, and the sentence that says why. */
export function Failures({ ceremonyId, failed }: FailuresProps) {
  const { t } = useLingui();
  const [{ data, error }, again] = useQuery({
    query: CeremonyItemsDocument,
    variables: { ceremonyId, state: 'FAILED', after: null },
    requestPolicy: 'network-only',
    pause: failed === 0,
  });
  useEffect(() => {
    if (failed > 0) again({ requestPolicy: 'network-only' });
  }, [failed, again]);
  if (failed === 0) return null;
  const items = data?.ceremonyItems.edges.map((edge) => edge.node) ?? [];
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">
        <Trans>Học bạ lỗi</Trans>
      </h2>
      <Loaded data={data} error={error} onRetry={again}>
        <table className="table" aria-labelledby="failures">
          <thead>
            <tr>
              <th scope="col">{t`Học sinh`}</th>
              <th scope="col">{t`Lớp`}</th>
              <th scope="col">{t`Lý do`}</th>
              <th scope="col" className="number wide-only">{t`Số lần thử`}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.id}>
                <th scope="row">
                  {item.record && (
                    <Link to="/hoc-ba/$recordId" params={{ recordId: item.record.id }}>
                      {item.record.pupilName}
                    </Link>
                  )}
                </th>
                <td>{item.record?.className}</td>
                <td className="bad">{item.message}</td>
                <td className="number wide-only">{item.attempts}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {data?.ceremonyItems.pageInfo.hasNextPage && (
          <Note tone="amber">
            <Trans>Chỉ hiện 100 học bạ lỗi đầu tiên.</Trans>
          </Note>
        )}
      </Loaded>
    </section>
  );
}
