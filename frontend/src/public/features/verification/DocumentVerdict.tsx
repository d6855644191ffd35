import { Trans, useLingui } from '@lingui/react/macro';
import { formatTime } from '../../../shared/format';
import type { VerifyQuery } from '../../gql/graphql';

type Verification = VerifyQuery['verify'];

const LOOK: Record<Verification['verdict'], { tone: string; mark: string }> = {
  GENUINE_CURRENT: { tone: 'good', mark: '✓' },
  GENUINE_SUPERSEDED: { tone: 'wait', mark: '…' },
  GENUINE_INTERMEDIATE: { tone: 'wait', mark: '…' },
  GENUINE_WITHDRAWN: { tone: 'stop', mark: '!' },
  CHANGED: { tone: 'stop', mark: '✕' },
  UNKNOWN: { tone: 'stop', mark: '✕' },
};

/** The sentence is the server's; mark and colour only repeat it. */
export function DocumentVerdict({ name, verification }: { name: string; verification: Verification }) {
  const { tone, mark } = LOOK[verification.verdict];
  return (
    <div role="status">
      <div className={`verdict ${tone}`}>
        <h3>
          <span aria-hidden="true">{mark}</span> {verification.sentence}
        </h3>
        <p>{name}</p>
      </div>
      {verification.signatures.length > 0 && <Found signatures={verification.signatures} />}
      <details>
        <summary>
          <Trans>Chi tiết kỹ thuật</Trans>
        </summary>
        <p>
          <Trans>Mã băm SHA-256 của tệp:</Trans> <span className="mono">{verification.digest}</span>
        </p>
      </details>
    </div>
  );
}

function Found({ signatures }: { signatures: Verification['signatures'] }) {
  const { t } = useLingui();
  /** Of a signature that does not hold, its certificate says nothing. */
  const said = ({ intact, trusted }: Verification['signatures'][number]) => {
    if (!intact) return t`Phần được ký đã bị thay đổi.`;
    return trusted ? t`Phần được ký còn nguyên; chứng thư được tin cậy.` : t`Phần được ký còn nguyên, nhưng chứng thư không được tin cậy.`;
  };
  return (
    <>
      <h3>
        <Trans>Chữ ký tìm thấy trong tệp</Trans>
      </h3>
      <ul className="signers">
        {signatures.map((signature) => (
          <li key={signature.field}>
            <strong>{signature.signer}</strong>
            {signature.signedAt && ` · ${formatTime(signature.signedAt)}`}
            <br />
            {said(signature)}
          </li>
        ))}
      </ul>
    </>
  );
}
