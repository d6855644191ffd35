import { Trans, useLingui } from '@lingui/react/macro';
import { useId } from 'react';
import { formatTime } from '../../../shared/format';
import { Note } from '../../../staff/ui/Note';
import type { TransferFactsFragment } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { Facts } from '../../ui/Facts';
import { Files } from '../../ui/Files';
import { Tag } from '../../ui/Tag';
import { AcceptDialog } from './AcceptDialog';
import { OPEN_WORK, TRANSFER_ACTIONS, TRANSFER_STATES } from './actions';

/** One hand-over: from where to where, what has happened, what is not finished, and what I may do. */
export function TransferCard({ transfer, onChanged }: { transfer: TransferFactsFragment; onChanged: () => void }) {
  const { t } = useLingui();
  const id = useId();
  const time = (instant: string | null | undefined) => instant && formatTime(instant);
  return (
    <article className="card" aria-labelledby={id}>
      <h3 id={id}>{transfer.pupilName}</h3>
      <p>
        <Tag view={TRANSFER_STATES[transfer.state]} /> · {transfer.fromSchool?.name} → {transfer.toSchool?.name}
      </p>
      {transfer.waitsMessage && <Note tone="amber">{transfer.waitsMessage}</Note>}
      <Facts
        facts={[
          [t`Lý do`, transfer.reason],
          [t`Gia đình yêu cầu`, time(transfer.requestedAt)],
          [t`Trường mới xin`, time(transfer.askedAt)],
          [t`Trường cũ cho chuyển`, time(transfer.releasedAt)],
          [t`Nhận vào lớp`, time(transfer.acceptedAt)],
          [t`Trả lời`, transfer.answer],
        ]}
      />
      {transfer.openWork.length > 0 && (
        <>
          <p className="soft">
            <Trans>Trường cũ chưa làm xong:</Trans>
          </p>
          <ul>
            {transfer.openWork.map((work) => (
              <li key={work}>{t(OPEN_WORK[work])}</li>
            ))}
          </ul>
        </>
      )}
      {transfer.handOverUrl && (
        <Files
          key={transfer.handOverUrl}
          onStale={onChanged}
          empty=""
          files={[
            { label: t`Biên bản bàn giao (XML)`, url: transfer.handOverUrl },
            { label: t`Dấu thời gian của biên bản (RFC 3161)`, url: transfer.handOverTimestampUrl },
          ]}
        />
      )}
      <Acts
        subject={transfer}
        table={TRANSFER_ACTIONS}
        name={transfer.pupilName}
        onDone={onChanged}
        renderForm={(action, props) => action === 'ACCEPT' && <AcceptDialog transfer={transfer} {...props} />}
      />
    </article>
  );
}
