import { Trans, useLingui } from '@lingui/react/macro';
import { SIGNATURE_ROLES } from '../../../shared/content/labels';
import { formatTime } from '../../../shared/format';
import type { SignatureFactsFragment } from '../../gql/graphql';

export function Signers({ signatures }: { signatures: SignatureFactsFragment[] }) {
  const { t } = useLingui();
  return (
    <>
      <h3>
        <Trans>Ai đã ký</Trans>
      </h3>
      <ol className="signers">
        {signatures.map((signature) => (
          <li key={signature.role}>
            <strong>{signature.signerName}</strong> <span className="tag">{t(SIGNATURE_ROLES[signature.role])}</span>
            <br />
            {[signature.post, signature.unitName].filter(Boolean).join(', ')} ·{' '}
            <time dateTime={signature.signedAt}>{formatTime(signature.signedAt)}</time>
            <details>
              <summary>
                <Trans>Chứng thư số</Trans>
              </summary>
              <dl className="facts">
                <div>
                  <dt>
                    <Trans>Nơi cấp</Trans>
                  </dt>
                  <dd>{signature.certificateIssuer}</dd>
                </div>
                <div>
                  <dt>
                    <Trans>Số hiệu</Trans>
                  </dt>
                  <dd className="mono">{signature.certificateSerial}</dd>
                </div>
              </dl>
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}
