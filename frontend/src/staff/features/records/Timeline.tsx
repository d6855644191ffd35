import { Trans, useLingui } from '@lingui/react/macro';
import { SIGNATURE_ROLES } from '../../../shared/content/labels';
import { formatInstant, formatTime } from '../../../shared/format';
import type { RevisionViewFragment, SignatureFactsFragment } from '../../gql/graphql';
import { WINDOWS } from '../locks/windows';
import { RECORD_ACTIONS } from './actions';
import type { RecordView } from './RecordPage';
import { RevisionFiles } from './RevisionFiles';
import { StateTag } from './StateTag';

interface TimelineProps {
  record: RecordView;
  onStale: () => void;
}

/** Every revision, the newest first: what became of it, why it was opened, who signed it, its files. */
export function Timeline({ record, onStale }: TimelineProps) {
  const standing = record.standingRevision?.number;
  return (
    <>
      <h2>
        <Trans>Chữ ký và phiên bản</Trans>
      </h2>
      <ol className="timeline">
        {[...record.revisions].reverse().map((revision) => (
          <li key={revision.number}>
            <Revision revision={revision} stands={revision.number === standing} onStale={onStale} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Revision({ revision, stands, onStale }: { revision: RevisionViewFragment; stands: boolean; onStale: () => void }) {
  const { t } = useLingui();
  const opened = revision.openedBy && t(RECORD_ACTIONS[revision.openedBy].label);
  const updated = formatTime(revision.updatedAt);
  return (
    <>
      <p className="revision">
        <b>
          <Trans>Phiên bản {revision.number}</Trans>
        </b>{' '}
        <StateTag state={revision.state} /> {stands && <Trans>· bản hiện hành</Trans>}
      </p>
      {opened && (
        <p>
          <Trans>
            Mở vì: {opened}. {revision.reason}
          </Trans>
        </p>
      )}
      <p className="soft">
        {t(WINDOWS[revision.window].label)} · <Trans>cập nhật {updated}</Trans>
      </p>
      {revision.effectiveFrom && <Effect instant={revision.effectiveFrom} />}
      <Signatures signatures={revision.signatures} />
      <RevisionFiles key={revision.artefacts[0]?.url} files={revision.artefacts} onStale={onStale} />
    </>
  );
}

function Effect({ instant }: { instant: string }) {
  const when = formatInstant(instant);
  return (
    <p>
      <Trans>Có hiệu lực từ {when}</Trans>
    </p>
  );
}

function Signatures({ signatures }: { signatures: SignatureFactsFragment[] }) {
  const { t } = useLingui();
  if (signatures.length === 0) {
    return (
      <p className="soft">
        <Trans>Chưa có chữ ký.</Trans>
      </p>
    );
  }
  return (
    <ul className="signatures">
      {signatures.map((signature) => (
        <li key={signature.role}>
          <b>{t(SIGNATURE_ROLES[signature.role])}</b>: {signature.signerName}
          <br />
          <span className="soft">
            {[signature.post, formatTime(signature.signedAt)].filter(Boolean).join(' · ')}
          </span>
          <details>
            <summary>
              <Trans>Chứng thư số</Trans>
            </summary>
            <p>{signature.certificateIssuer}</p>
            <p className="mono">{signature.certificateSerial}</p>
          </details>
        </li>
      ))}
    </ul>
  );
}
