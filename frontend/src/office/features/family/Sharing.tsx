import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useQuery } from 'urql';
import { formatDate, formatTime } from '../../../shared/format';
import { Button } from '../../../staff/ui/Button';
import { Empty, Loaded, Note } from '../../../staff/ui/Note';
import { SharingDocument, type ShareFactsFragment } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { Readers } from './Readers';
import { ShareDialog } from './ShareDialog';
import { PURPOSES, SHARE_ACTIONS } from './words';

/** With whom a book is shared, and who has read it. */
export function Sharing({ recordId, name }: { recordId: string; name: string }) {
  const { t } = useLingui();
  const [{ data, error }, again] = useQuery({ query: SharingDocument, variables: { id: recordId } });
  const refresh = () => again({ requestPolicy: 'network-only' });
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const book = data?.node?.__typename === 'Record' ? data.node : null;
  return (
    <>
      <h3>
        <Trans>Chia sẻ</Trans>
      </h3>
      {made && (
        <Note tone="green">
          <Trans>
            Mã chia sẻ: <b className="mono">{made}</b>. Hãy ghi lại; mã chỉ hiện một lần. Người nhận mở trang tra cứu, nhập mã tra cứu và mã này.
          </Trans>
        </Note>
      )}
      <Button look="primary" onClick={() => setMaking(true)}>
        <Trans>Tạo mã chia sẻ</Trans>
      </Button>
      <Loaded data={data} error={error} onRetry={refresh}>
        {book?.shareCodes.length === 0 && (
          <Empty>
            <Trans>Chưa có mã nào. Mã chia sẻ thay cho ngày sinh khi bạn muốn một nơi xem học bạ trong một thời gian.</Trans>
          </Empty>
        )}
        <ul className="share-list">
          {book?.shareCodes.map((share) => (
            <Share key={share.id} share={share} onChanged={refresh} />
          ))}
        </ul>
        <Readers events={book?.accessEvents.edges.map(({ node }) => node) ?? []} />
      </Loaded>
      {making && (
        <ShareDialog
          recordId={recordId}
          title={t`Tạo mã chia sẻ: ${name}`}
          onClose={() => setMaking(false)}
          onMade={(code) => {
            setMaking(false);
            setMade(code);
            refresh();
          }}
        />
      )}
    </>
  );
}

function Share({ share, onChanged }: { share: ShareFactsFragment; onChanged: () => void }) {
  const { t } = useLingui();
  const purpose = t(PURPOSES[share.purpose]);
  const until = formatDate(share.expiresAt);
  const revoked = share.revokedAt && formatTime(share.revokedAt);
  return (
    <li>
      <b>{purpose}</b>{' '}
      {revoked ? (
        <span className="soft">
          <Trans>đã thu hồi {revoked}</Trans>
        </span>
      ) : (
        <Trans>dùng được đến {until}</Trans>
      )}
      <Acts brief subject={share} table={SHARE_ACTIONS} name={purpose} onDone={onChanged} />
    </li>
  );
}
