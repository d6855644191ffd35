import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation } from 'urql';
import { sentenceOf } from '../../client';
import { SubmissionCreateDocument } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { say } from '../../ui/notices';
import type { ActionProps } from '../records/ActionDialog';
import { leftOut } from '../signing/leftOut';
import { packetsOf, type Packet } from './packets';

/** What became of each packet, by its place: null for sent, else why not. */
type Outcome = Record<number, string | null>;

/** Sends each class as a packet of its own; one that is refused leaves the others sent. */
export function SubmitDialog({ label, rows, onClose, onDone }: ActionProps) {
  const { t } = useLingui();
  const [, submit] = useMutation(SubmissionCreateDocument);
  const [outcome, setOutcome] = useState<Outcome>({});
  const [busy, setBusy] = useState(false);
  const [packets] = useState(() => packetsOf(rows));
  const open = packets.filter((_, place) => outcome[place] !== null);

  async function send(packet: Packet): Promise<string | null> {
    const { data, error } = await submit({ recordIds: packet.rows.map((row) => row.id) });
    if (error) return sentenceOf(error) || t`Không kết nối được máy chủ.`;
    const refused = leftOut(packet.rows, data?.submissionCreate.userErrors ?? [])[0];
    return refused ? [refused.name, refused.sentence].filter(Boolean).join(': ') : null;
  }

  async function sendAll(): Promise<void> {
    if (busy) return;
    setBusy(true);
    const results: Outcome = { ...outcome };
    for (const [place, packet] of packets.entries()) {
      if (results[place] === null) continue;
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each line shows what became of it
      results[place] = await send(packet);
      setOutcome({ ...results });
    }
    setBusy(false);
    if (Object.values(results).some((why) => why !== null)) return;
    say(plural(rows.length, { other: 'Đã nộp # học bạ về Sở.' }));
    onDone();
  }

  const sent = open.length < packets.length;
  return (
    <Dialog title={`${t(label)}: ${plural(rows.length, { other: '# học bạ' })}`} onClose={sent ? onDone : onClose}>
      <p>
        <Trans>Mỗi lớp là một gói báo cáo. Sau khi nộp, nội dung chỉ đổi được bằng thu hồi hoặc thay thế.</Trans>
      </p>
      <Packets packets={packets} outcome={outcome} />
      <div className="dialog-foot">
        <Button onClick={sent ? onDone : onClose}>{sent ? <Trans>Đóng</Trans> : <Trans>Hủy</Trans>}</Button>
        <Button look="primary" aria-disabled={busy} onClick={() => void sendAll()}>
          {busy ? <Trans>Đang nộp…</Trans> : plural(open.length, { other: 'Nộp # gói' })}
        </Button>
      </div>
    </Dialog>
  );
}

function Packets({ packets, outcome }: { packets: Packet[]; outcome: Outcome }) {
  const { t } = useLingui();
  return (
    <table className="table" aria-label={t`Các gói báo cáo`}>
      <thead>
        <tr>
          <th scope="col">{t`Lớp`}</th>
          <th scope="col" className="number">{t`Học bạ`}</th>
          <th scope="col">{t`Tình trạng`}</th>
        </tr>
      </thead>
      <tbody>
        {packets.map((packet, place) => (
          <tr key={packet.rows[0]?.id}>
            <th scope="row">{packet.className}</th>
            <td className="number">{packet.rows.length}</td>
            <td className={outcome[place] ? 'bad' : undefined}>
              {outcome[place] === undefined ? t`Sẵn sàng` : (outcome[place] ?? t`Đã nộp`)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
