import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { SIGNATURE_ROLES } from '../../../shared/content/labels';
import { formatTime } from '../../../shared/format';
import { whyNot } from '../../client';
import {
  CeremonyCancelDocument,
  CeremonyDocument,
  CeremonyRetryDocument,
  type CeremonyFactsFragment,
} from '../../gql/graphql';
import { useStore } from '../../store';
import { Button } from '../../ui/Button';
import { Failure, Loaded, Note } from '../../ui/Note';
import { useTitle } from '../../ui/useTitle';
import { Failures } from './Failures';
import { connected } from '../../live';
import { ProgressPanel } from './ProgressPanel';
import { useProgress } from './useProgress';

const route = getRouteApi('/ky/$ceremonyId');

export function CeremonyPage() {
  const { t } = useLingui();
  const { ceremonyId } = route.useParams();
  const [{ data, error }, again] = useQuery({ query: CeremonyDocument, variables: { id: ceremonyId } });
  const [round, setRound] = useState(0);
  const ceremony = data?.node?.__typename === 'Ceremony' ? data.node : null;
  useTitle(t`Đợt ký`);
  return (
    <Loaded data={data} error={error} onRetry={() => again({ requestPolicy: 'network-only' })}>
      {ceremony ? (
        <Ceremony key={`${ceremony.id} ${round}`} ceremony={ceremony} onMoved={() => setRound(round + 1)} />
      ) : (
        <Failure sentence={t`Không tìm thấy đợt ký này.`} />
      )}
    </Loaded>
  );
}

/** Watches one ceremony; after a retry it begins to watch anew, because a stream ends with its ceremony. */
function Ceremony({ ceremony, onMoved }: { ceremony: CeremonyFactsFragment; onMoved: () => void }) {
  const { t } = useLingui();
  const [problem, setProblem] = useState<string | null>(null);
  const progress = useProgress(ceremony.id) ?? ceremony.progress;
  const isLive = useStore(connected);
  const [, cancel] = useMutation(CeremonyCancelDocument);
  const [, retry] = useMutation(CeremonyRetryDocument);

  async function act(mutate: typeof cancel): Promise<void> {
    const why = whyNot(await mutate({ ceremonyId: ceremony.id }));
    setProblem(why);
    if (why === null) onMoved();
  }

  const role = t(SIGNATURE_ROLES[ceremony.role]);
  const began = formatTime(ceremony.createdAt);
  return (
    <>
      <h1>
        <Trans>Đợt ký: {role}</Trans>
      </h1>
      <p>
        <Trans>
          {ceremony.signerName}, bắt đầu {began}
        </Trans>
      </p>
      {!isLive && !progress.done && (
        <Note tone="amber">
          <Trans>Mất kết nối trực tiếp; trang hỏi lại máy chủ 5 giây một lần. Việc ký vẫn tiếp tục.</Trans>
        </Note>
      )}
      {problem !== null && <Failure sentence={problem} />}
      <ProgressPanel progress={progress} />
      <div className="row-actions">
        {ceremony.viewerIsSigner && !progress.done && (
          <Button look="danger" onClick={() => void act(cancel)}>
            <Trans>Dừng những học bạ chưa ký</Trans>
          </Button>
        )}
        {ceremony.viewerIsSigner && progress.failed > 0 && (
          <Button look="primary" onClick={() => void act(retry)}>
            <Trans>Ký lại các học bạ lỗi</Trans>
          </Button>
        )}
      </div>
      <Failures ceremonyId={ceremony.id} failed={progress.failed} />
    </>
  );
}
