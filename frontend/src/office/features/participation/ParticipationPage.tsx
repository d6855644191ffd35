import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useQuery } from 'urql';
import { formatYear } from '../../../shared/format';
import { useSchoolYear, useSession } from '../../../staff/features/session/SessionContext';
import { Button } from '../../../staff/ui/Button';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { ParticipationsDocument, ProgressChangedDocument } from '../../gql/graphql';
import { Pager, usePages } from '../../ui/Pager';
import { useLive } from '../../useLive';
import { Declaration } from './Declaration';
import { DeclareDialog } from './DeclareDialog';
import { Districts } from './Districts';
import { Reports } from './Reports';

/** Who takes part: what a school declares, its district proposes and the department approves. */
export function ParticipationPage() {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const { assignment } = useSession();
  const isSchool = assignment.unitKind === 'SCHOOL';
  const pages = usePages();
  const [declaring, setDeclaring] = useState(false);
  const variables = { schoolYear, state: null, after: pages.after };
  const [{ data, error }, refetch] = useQuery({ query: ParticipationsDocument, variables });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  useLive(ProgressChangedDocument, refresh, { schoolYear });
  const found = data?.participations.edges.map(({ node }) => node) ?? [];
  const year = formatYear(schoolYear);
  useTitle(t`Tham gia`);
  return (
    <>
      <h1>
        <Trans>Tham gia học bạ số, năm học {year}</Trans>
      </h1>
      {!isSchool && <Districts schoolYear={schoolYear} known={data} />}
      <section aria-labelledby="declared">
        <h2 id="declared">{isSchool ? <Trans>Bản khai của trường</Trans> : <Trans>Bản khai của các trường</Trans>}</h2>
        <Loaded data={data} error={error} onRetry={refresh}>
          {found.length === 0 ? (
            <Empty>
              <Trans>Chưa có bản khai nào. Trường khai bốn điều kiện của kế hoạch, Phòng đề nghị, Sở duyệt.</Trans>
            </Empty>
          ) : (
            found.map((item) => <Declaration key={item.id} participation={item} onChanged={refresh} />)
          )}
          {isSchool && found.length === 0 && (
            <Button look="primary" onClick={() => setDeclaring(true)}>
              <Trans>Khai điều kiện của trường</Trans>
            </Button>
          )}
          <Pager pages={pages} info={data?.participations.pageInfo} />
        </Loaded>
      </section>
      {!isSchool && <Reports schoolYear={schoolYear} />}
      {declaring && (
        <DeclareDialog
          known={[]}
          onClose={() => setDeclaring(false)}
          onDone={() => {
            setDeclaring(false);
            refresh();
          }}
        />
      )}
    </>
  );
}
