import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation } from 'urql';
import { sentenceOf } from '../../client';
import { CeremonyStartDocument, type CeremonyAnswerFragment, type SignatureRole } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Note';
import type { ActionProps } from '../records/ActionDialog';
import { leftOut } from './leftOut';
import { Sample } from './Sample';

/** One confirmation for many records: a sample, the list, then the ceremony begins. */
export function SignDialog({ label, rows, role, onClose, onDone }: ActionProps & { role: SignatureRole }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [answer, setAnswer] = useState<CeremonyAnswerFragment | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [{ fetching }, start] = useMutation(CeremonyStartDocument);

  async function sign(): Promise<void> {
    if (fetching) return;
    const { data, error } = await start({ role, recordIds: rows.map((row) => row.id) });
    const { ceremony = null, userErrors = [] } = data?.ceremonyStart ?? {};
    if (error || !ceremony) setProblem(error ? sentenceOf(error) : (userErrors[0]?.message ?? ''));
    else if (userErrors.length > 0) setAnswer({ ceremony, userErrors });
    else {
      onDone();
      await navigate({ to: '/ky/$ceremonyId', params: { ceremonyId: ceremony.id } });
    }
  }

  const title = `${t(label)}: ${plural(rows.length, { other: '# học bạ' })}`;
  return (
    <Dialog title={title} onClose={answer ? onDone : onClose} wide>
      {answer ? (
        <LeftOut answer={answer} rows={rows} onDone={onDone} />
      ) : (
        <>
          {problem !== null && <Failure sentence={problem} />}
          <p>
            <Trans>
              Hãy xem một mẫu và danh sách. Sau khi bạn xác nhận một lần, từng học bạ được ký riêng; một học bạ lỗi không
              làm dừng các học bạ khác.
            </Trans>
          </p>
          <Sample rows={rows} />
          <div className="dialog-foot">
            <Button onClick={onClose}>
              <Trans>Hủy</Trans>
            </Button>
            <Button look="primary" aria-disabled={fetching} onClick={() => void sign()}>
              {fetching ? <Trans>Đang bắt đầu…</Trans> : title}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface LeftOutProps {
  answer: CeremonyAnswerFragment;
  rows: ActionProps['rows'];
  onDone: () => void;
}

/** The ceremony has begun without some of the records, and these are the reasons. */
function LeftOut({ answer, rows, onDone }: LeftOutProps) {
  const { t } = useLingui();
  return (
    <>
      <p role="status">{t`Đợt ký đã bắt đầu. Những học bạ sau không vào đợt ký:`}</p>
      <ul className="left-out">
        {leftOut(rows, answer.userErrors).map(({ name, sentence }) => (
          <li key={name + sentence}>
            <b>{name}</b>: {sentence}
          </li>
        ))}
      </ul>
      <div className="dialog-foot">
        <Link className="button primary" to="/ky/$ceremonyId" params={{ ceremonyId: answer.ceremony?.id ?? '' }} onClick={onDone}>
          <Trans>Theo dõi đợt ký</Trans>
        </Link>
      </div>
    </>
  );
}
