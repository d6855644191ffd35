import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { formatNumber } from '../../../shared/format';
import type { ProgressFactsFragment } from '../../gql/graphql';
import { useNow } from '../../ui/useNow';
import { secondsLeft, type Mark } from './pace';

/** k of n, how long it may still take, and how it ended. */
export function ProgressPanel({ progress }: { progress: ProgressFactsFragment }) {
  const { t } = useLingui();
  const finished = progress.total - progress.queued - progress.signing;
  const done = formatNumber(finished);
  const total = formatNumber(progress.total);
  return (
    <section className="progress-panel" aria-label={t`Tiến độ ký`}>
      <p className="big-number">
        {done}/{total}
      </p>
      <progress max={progress.total} value={finished} aria-label={t`Tiến độ ký`} />
      <p role="status">{progress.done ? <Ending progress={progress} /> : <Remaining progress={progress} finished={finished} />}</p>
      <dl className="counts">
        <Count label={t`Đã ký`} value={progress.signed} />
        <Count label={t`Đang ký`} value={progress.signing} />
        <Count label={t`Chờ`} value={progress.queued} />
        <Count label={t`Lỗi`} value={progress.failed} />
        <Count label={t`Đã dừng`} value={progress.cancelled} />
      </dl>
      {!progress.done && (
        <p className="soft">
          <Trans>Bạn có thể đóng trang này; việc ký vẫn tiếp tục trên máy chủ.</Trans>
        </p>
      )}
    </section>
  );
}

function Count({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{formatNumber(value)}</dd>
    </div>
  );
}

function Ending({ progress }: { progress: ProgressFactsFragment }) {
  const { t } = useLingui();
  if (progress.failed > 0) return t`Đã xong, còn học bạ lỗi. Xem lý do bên dưới rồi ký lại.`;
  if (progress.cancelled > 0) return t`Đã dừng; những học bạ chưa ký vẫn như trước.`;
  return t`Đã ký xong tất cả.`;
}

function Remaining({ progress, finished }: { progress: ProgressFactsFragment; finished: number }) {
  const { t } = useLingui();
  const [first] = useState<Mark>(() => ({ at: Date.now(), finished }));
  const seconds = secondsLeft(first, { at: useNow(), finished }, progress.total);
  if (seconds === null) return t`Đang ký…`;
  if (seconds < 60) return plural(seconds, { other: 'Đang ký, còn khoảng # giây' });
  return plural(Math.ceil(seconds / 60), { other: 'Đang ký, còn khoảng # phút' });
}
