import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { Loaded } from '../../../staff/ui/Note';
import { ParticipationProgressDocument } from '../../gql/graphql';
import { useAgain } from '../../useAgain';

/** Each district against the half of its schools that must take part, with who is missing. */
export function Districts({ schoolYear, known }: { schoolYear: string; known: unknown }) {
  const { t } = useLingui();
  const [{ data, error }, refetch] = useQuery({ query: ParticipationProgressDocument, variables: { schoolYear } });
  useAgain(known, refetch);
  return (
    <section aria-labelledby="districts">
      <h2 id="districts">
        <Trans>Ít nhất một nửa số trường mỗi huyện</Trans>
      </h2>
      <Loaded data={data} error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })}>
        <table className="table" aria-labelledby="districts">
          <thead>
            <tr>
              <th scope="col">{t`Huyện`}</th>
              <th scope="col" className="number">{t`Đã duyệt`}</th>
              <th scope="col" className="number wide-only">{t`Phòng đề nghị`}</th>
              <th scope="col" className="number wide-only">{t`Trường khai`}</th>
              <th scope="col" className="number">{t`Cần ít nhất`}</th>
              <th scope="col">{t`Còn thiếu`}</th>
            </tr>
          </thead>
          <tbody>
            {data?.participationProgress.map((line) => (
              <tr key={line.district?.id}>
                <th scope="row">{line.district?.name}</th>
                <td className="number">
                  {line.approved} / {line.schools}
                </td>
                <td className="number wide-only">{line.proposed}</td>
                <td className="number wide-only">{line.declared}</td>
                <td className="number">{line.reached ? `✓ ${line.least}` : <b className="bad">{line.least}</b>}</td>
                <td>
                  {line.missing.length > 0 && (
                    <details>
                      <summary>{plural(line.missing.length, { other: '# trường' })}</summary>
                      <ul>
                        {line.missing.map((school) => (
                          <li key={school.id}>{school.name}</li>
                        ))}
                      </ul>
                    </details>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Loaded>
    </section>
  );
}
