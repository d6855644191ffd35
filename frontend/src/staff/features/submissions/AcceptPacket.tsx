import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../client';
import { SubmissionAcceptDocument, type SubmissionFactsFragment } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Note';
import { say } from '../../ui/notices';

interface AcceptPacketProps {
  packet: SubmissionFactsFragment;
  onClose: () => void;
  onDone: () => void;
}

/** Accepts what of a packet still waits. */
export function AcceptPacket({ packet, onClose, onDone }: AcceptPacketProps) {
  const { t } = useLingui();
  const [problem, setProblem] = useState<string | null>(null);
  const [{ fetching }, accept] = useMutation(SubmissionAcceptDocument);

  async function send(): Promise<void> {
    if (fetching) return;
    const why = whyNot(await accept({ submissionId: packet.id }));
    setProblem(why);
    if (why !== null) return;
    say(plural(packet.pending, { other: 'Đã chấp nhận # học bạ.' }));
    onDone();
  }

  const count = plural(packet.pending, { other: '# học bạ' });
  return (
    <Dialog title={t`Chấp nhận gói: ${packet.schoolName}, ${packet.className}`} onClose={onClose}>
      {problem !== null && <Failure sentence={problem} />}
      <p>
        <Trans>Chấp nhận {count} đang chờ của gói này. Học bạ được chấp nhận sẽ bị chốt khi đến hạn.</Trans>
      </p>
      <div className="dialog-foot">
        <Button onClick={onClose}>
          <Trans>Hủy</Trans>
        </Button>
        <Button look="primary" aria-disabled={fetching} onClick={() => void send()}>
          <Trans>Chấp nhận {count}</Trans>
        </Button>
      </div>
    </Dialog>
  );
}
