import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { formatDate, formatTime } from '../../../shared/format';
import { ROLES } from '../../../staff/features/session/roles';
import { Loaded } from '../../../staff/ui/Note';
import { AssignmentProposalsDocument } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { useAgain } from '../../useAgain';
import { ROLE_PROPOSAL_ACTIONS } from './actions';

/** Roles that one person proposed and another has to confirm. */
export function Proposals({ known }: { known: unknown }) {
  const { t } = useLingui();
  const [{ data, error }, refetch] = useQuery({ query: AssignmentProposalsDocument });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const waiting = data?.assignmentProposals.filter(({ decidedAt }) => !decidedAt) ?? [];
  useAgain(known, refetch);
  return (
    <section aria-labelledby="proposals">
      <h2 id="proposals">
        <Trans>Chờ người thứ hai xác nhận</Trans>
      </h2>
      <Loaded data={data} error={error} onRetry={refresh}>
        {waiting.length === 0 && (
          <p className="soft">
            <Trans>Không có phân công nào đang chờ.</Trans>
          </p>
        )}
        {waiting.map((proposal) => (
          <article key={proposal.id} className="card" aria-label={proposal.personName}>
            <p>
              <b>{proposal.personName}</b>, {t(ROLES[proposal.role].label)}, {proposal.unit?.name}, {formatDate(proposal.validFrom)}
              {proposal.validTo && ` – ${formatDate(proposal.validTo)}`}{' '}
              <small className="soft">{formatTime(proposal.proposedAt)}</small>
            </p>
            <Acts subject={proposal} table={ROLE_PROPOSAL_ACTIONS} name={proposal.personName} onDone={refresh} />
          </article>
        ))}
      </Loaded>
    </section>
  );
}
