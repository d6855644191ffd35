import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useQuery } from 'urql';
import { useSession } from '../../../staff/features/session/SessionContext';
import { Button } from '../../../staff/ui/Button';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { TransfersDocument, TransferStatusDocument, type TransferFactsFragment } from '../../gql/graphql';
import { LiveLine } from '../../ui/LiveLine';
import { Pager, usePages } from '../../ui/Pager';
import { useLive } from '../../useLive';
import { OpenDialog } from './OpenDialog';
import { TransferCard } from './TransferCard';

/** Books that come and go, with whose turn it is. */
export function TransferList() {
  const { t } = useLingui();
  const { assignment } = useSession();
  const pages = usePages();
  const [asking, setAsking] = useState(false);
  const [{ data, error }, refetch] = useQuery({ query: TransfersDocument, variables: { state: null, after: pages.after } });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const isLive = useLive(TransferStatusDocument, refresh);
  const transfers = data?.transfers.edges.map(({ node }) => node) ?? [];
  useTitle(t`Chuyển trường`);
  return (
    <>
      <h1>
        <Trans>Chuyển trường</Trans>
      </h1>
      <LiveLine isLive={isLive} />
      {assignment.role === 'PRINCIPAL' && (
        <p>
          <Button look="primary" onClick={() => setAsking(true)}>
            <Trans>Xin học bạ của học sinh chuyển đến</Trans>
          </Button>
        </p>
      )}
      <Loaded data={data} error={error} onRetry={refresh}>
        {transfers.length === 0 ? (
          <Empty>
            <Trans>Chưa có học bạ nào chuyển đi hay chuyển đến. Yêu cầu của gia đình hoặc của trường khác hiện ở đây ngay khi có.</Trans>
          </Empty>
        ) : (
          <Groups transfers={transfers} unitId={assignment.unitId} onChanged={refresh} />
        )}
        <Pager pages={pages} info={data?.transfers.pageInfo} />
      </Loaded>
      {asking && (
        <OpenDialog
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            refresh();
          }}
        />
      )}
    </>
  );
}

interface GroupsProps {
  transfers: TransferFactsFragment[];
  unitId: string;
  onChanged: () => void;
}

/** Apart for a school: what comes, and what goes. */
function Groups({ transfers, unitId, onChanged }: GroupsProps) {
  const { t } = useLingui();
  const comes = transfers.filter(({ toSchool }) => toSchool?.id === unitId);
  const goes = transfers.filter(({ fromSchool }) => fromSchool?.id === unitId);
  const others = transfers.filter((item) => !comes.includes(item) && !goes.includes(item));
  const groups: [string, TransferFactsFragment[]][] = [
    [t`Chuyển đến`, comes],
    [t`Chuyển đi`, goes],
    [t`Giữa các trường`, others],
  ];
  return groups.map(
    ([title, items]) =>
      items.length > 0 && (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          {items.map((transfer) => (
            <TransferCard key={transfer.id} transfer={transfer} onChanged={onChanged} />
          ))}
        </section>
      ),
  );
}
