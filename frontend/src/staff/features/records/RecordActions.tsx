import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Button } from '../../ui/Button';
import { ActionDialog } from './ActionDialog';
import { BUTTONS, lookOf, RECORD_ACTIONS } from './actions';
import { availableFor, type Available } from './available';
import type { RecordView } from './RecordPage';

/** What I may do with this record, and why not the rest. */
export function RecordActions({ record, onChanged }: { record: RecordView; onChanged: () => void }) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<Available | null>(null);
  const available = availableFor([record]);
  const refused = record.viewerRefusals.filter((refusal) => BUTTONS.includes(refusal.action));
  return (
    <section className="record-actions" aria-label={t`Việc có thể làm`}>
      {available.map((item, place) => (
        <Button key={item.action} look={lookOf(item.action, place === 0)} onClick={() => setChosen(item)}>
          {t(RECORD_ACTIONS[item.action].label)}
        </Button>
      ))}
      {available.length === 0 && (
        <p>
          <Trans>Lúc này bạn chỉ xem được học bạ này.</Trans>
        </p>
      )}
      {refused.length > 0 && (
        <details>
          <summary>
            <Trans>Vì sao không làm được việc khác?</Trans>
          </summary>
          <ul>
            {refused.map((refusal) => (
              <li key={refusal.action}>
                <b>{t(RECORD_ACTIONS[refusal.action].label)}:</b> {refusal.message}
              </li>
            ))}
          </ul>
        </details>
      )}
      {chosen && (
        <ActionDialog
          available={chosen}
          onClose={() => setChosen(null)}
          onDone={() => {
            setChosen(null);
            onChanged();
          }}
        />
      )}
    </section>
  );
}
