import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { useMutation, useQuery } from 'urql';
import { formatNumber } from '../../../shared/format';
import { whyNot } from '../../client';
import { BeforeLockDocument, LockPeriodSealDocument, type LockFactsFragment } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Failure, Loaded, Note } from '../../ui/Note';
import { say } from '../../ui/notices';
import { countOf, totalCounts } from '../overview/counting';
import { STATES, WAY } from '../records/states';
import { WINDOWS } from './windows';

interface SealDialogProps {
  period: LockFactsFragment;
  onClose: () => void;
  onDone: () => void;
}

/** The one act that nobody can take back: whoever does it types the number of records that it will lock. */
export function SealDialog({ period, onClose, onDone }: SealDialogProps) {
  const { t } = useLingui();
  const [{ data, error }, again] = useQuery({
    query: BeforeLockDocument,
    variables: { id: period.id, schoolYear: period.schoolYear },
    requestPolicy: 'network-only',
  });
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [{ fetching }, seal] = useMutation(LockPeriodSealDocument);
  const counts = totalCounts(data?.progress ?? []);
  const due = data?.node?.__typename === 'LockPeriod' ? data.node.dueCount : 0;
  const matches = typed.replace(/\D/g, '') === String(due);

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (fetching) return;
    if (!matches) {
      setProblem(t`Số vừa gõ không trùng với số học bạ sẽ chốt.`);
      return;
    }
    const result = await seal({ lockPeriodId: period.id });
    const why = whyNot(result);
    setProblem(why);
    if (why !== null) return;
    say(plural(result.data?.lockPeriodSeal.lockPeriod?.sealedCount ?? 0, { other: 'Đã chốt # học bạ.' }));
    onDone();
  }

  const shown = formatNumber(due);
  return (
    <Dialog title={t(WINDOWS[period.window].label)} onClose={onClose}>
      <Loaded data={data} error={error} onRetry={again}>
        <form onSubmit={(event) => void send(event)} noValidate>
          <Note tone="amber">
            <Trans>Chốt là vĩnh viễn. Không ai sửa, thu hồi hay thay thế được học bạ đã chốt.</Trans>
          </Note>
          <ul className="before-lock">
            {WAY.filter((state) => countOf(counts, state) > 0).map((state) => (
              <li key={state}>
                {t(STATES[state].label)}: <b>{formatNumber(countOf(counts, state))}</b>
              </li>
            ))}
          </ul>
          <p>
            <Trans>Chỉ học bạ đã được Sở chấp nhận và đến hạn của kỳ này bị chốt.</Trans>
          </p>
          {problem !== null && <Failure sentence={problem} />}
          <label className="stacked" htmlFor="typed">
            <Trans>Để xác nhận, gõ số học bạ sẽ chốt: {shown}</Trans>
          </label>
          <input
            id="typed"
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            aria-invalid={problem !== null}
            onChange={(event) => setTyped(event.target.value)}
          />
          <div className="dialog-foot">
            <Button onClick={onClose}>
              <Trans>Hủy</Trans>
            </Button>
            <Button type="submit" look="danger" aria-disabled={fetching || !matches}>
              <Trans>Chốt vĩnh viễn</Trans>
            </Button>
          </div>
        </form>
      </Loaded>
    </Dialog>
  );
}
