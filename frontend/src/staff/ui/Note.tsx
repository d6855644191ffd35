import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../client';
import { Button } from './Button';

/** A line that must not be missed: amber for what to know, red for what failed. */
export function Note({ tone, children }: { tone: 'amber' | 'red' | 'green'; children: ReactNode }) {
  return (
    <div className={`note ${tone}`} role={tone === 'red' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

/** A failed operation in the server's words, or the network's. */
export function Failure({ sentence, onRetry }: { sentence: string; onRetry?: () => void }) {
  return (
    <Note tone="red">
      {sentence || <Trans>Không kết nối được máy chủ. Dữ liệu đang thấy có thể đã cũ.</Trans>}{' '}
      {onRetry && (
        <Button onClick={onRetry}>
          <Trans>Thử lại</Trans>
        </Button>
      )}
    </Note>
  );
}

interface LoadedProps {
  data: unknown;
  error: CombinedError | undefined;
  onRetry: () => void;
  children: ReactNode;
}

/** Skeleton, then data; an error stands above data that is still there. */
export function Loaded({ data, error, onRetry, children }: LoadedProps) {
  return (
    <>
      {error && <Failure sentence={sentenceOf(error)} onRetry={onRetry} />}
      {data ? children : !error && <Skeleton />}
    </>
  );
}

export function Skeleton() {
  return (
    <div className="skeleton" role="status">
      <span className="unseen">
        <Trans>Đang tải…</Trans>
      </span>
      <i />
      <i />
      <i />
    </div>
  );
}

/** Says what will be here, and when. */
export function Empty({ children }: { children: ReactNode }) {
  return <p className="nothing">{children}</p>;
}
