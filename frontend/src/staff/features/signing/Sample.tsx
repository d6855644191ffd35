import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Subjects } from '../../../shared/content/Subjects';
import { Traits } from '../../../shared/content/Traits';
import { YearEnd } from '../../../shared/content/YearEnd';
import { RecordSampleDocument } from '../../gql/graphql';
import { Loaded } from '../../ui/Note';
import type { ActionProps } from '../records/ActionDialog';

/** The whole list; any of it can be opened and read before one signs. */
export function Sample({ rows }: Pick<ActionProps, 'rows'>) {
  const { t } = useLingui();
  const [open, setOpen] = useState(rows[0]?.id);
  return (
    <div className="sample">
      <label className="choice">
        <span>
          <Trans>Xem mẫu</Trans>
        </span>
        <select value={open} onChange={(event) => setOpen(event.target.value)}>
          {rows.map((row) => (
            <option key={row.id} value={row.id}>
              {row.pupilName}, {row.className}
            </option>
          ))}
        </select>
      </label>
      <div className="sample-content" tabIndex={0} role="region" aria-label={t`Nội dung học bạ mẫu`}>
        {open && <SampleContent id={open} />}
      </div>
    </div>
  );
}

function SampleContent({ id }: { id: string }) {
  const [{ data, error }, again] = useQuery({ query: RecordSampleDocument, variables: { id } });
  const content = data?.node?.__typename === 'Record' ? data.node.workingRevision.content : null;
  return (
    <Loaded data={data} error={error} onRetry={again}>
      {content && (
        <>
          <Subjects subjects={content.subjects} />
          <div className="traits-columns">
            <Traits content={content} />
          </div>
          <YearEnd content={content} />
        </>
      )}
    </Loaded>
  );
}
