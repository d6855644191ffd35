import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { whyNot } from '../../client';
import { RecordAcceptDocument } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Note';
import { say } from '../../ui/notices';
import type { ActionProps } from '../records/ActionDialog';
import { PACKET_MAX } from './packets';

/** The department accepts what it has checked; all of the selection, or nothing. */
export function AcceptDialog({ label, rows, onClose, onDone }: ActionProps) {
  const { t } = useLingui();
  const [problem, setProblem] = useState<string | null>(null);
  const [{ fetching }, accept] = useMutation(RecordAcceptDocument);
  const taken = rows.slice(0, PACKET_MAX);

  async function send(): Promise<void> {
    if (fetching) return;
    const why = whyNot(await accept({ recordIds: taken.map((row) => row.id) }));
    setProblem(why);
    if (why !== null) return;
    say(plural(taken.length, { other: 'Đã chấp nhận # học bạ.' }));
    onDone();
  }

  const title = `${t(label)}: ${plural(taken.length, { other: '# học bạ' })}`;
  return (
    <Dialog title={title} onClose={onClose}>
      {problem !== null && <Failure sentence={problem} />}
      <p>
        <Trans>Học bạ được chấp nhận sẽ bị chốt khi đến hạn. Bản thay thế được chấp nhận sẽ thế chỗ bản cũ.</Trans>
      </p>
      <div className="dialog-foot">
        <Button onClick={onClose}>
          <Trans>Hủy</Trans>
        </Button>
        <Button look="primary" aria-disabled={fetching} onClick={() => void send()}>
          {title}
        </Button>
      </div>
    </Dialog>
  );
}
