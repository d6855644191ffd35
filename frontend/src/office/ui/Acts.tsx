import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { Button } from '../../staff/ui/Button';
import { ActDialog } from './ActDialog';
import type { Actable, ActTable } from './acts';

/** What the form of an act gets: `onClose` gives it up, `onDone` says that it went through. */
export interface FormProps {
  onClose: () => void;
  onDone: () => void;
}

interface ActsProps<Action extends string> {
  subject: Actable<Action>;
  table: ActTable<Action>;
  /** Names the thing: stands in the dialog's title and in the buttons' names. */
  name: string;
  onDone: () => void;
  /** Draws the form of an act that has one. */
  renderForm?: (action: Action, props: FormProps) => ReactNode;
  /** Leaves out why the rest cannot be done, where a list would repeat it on each line. */
  brief?: boolean;
}

/** What I may do with a thing, and why not the rest. */
export function Acts<Action extends string>({ subject, table, name, onDone, renderForm, brief = false }: ActsProps<Action>) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<Action | null>(null);
  const close = () => setChosen(null);
  const done = () => {
    close();
    onDone();
  };
  const order = (Object.keys(table) as Action[]).filter((action) => subject.viewerActions.includes(action));
  const view = chosen && table[chosen];
  return (
    <div className="acts">
      {order.map((action) => (
        <Button
          key={action}
          look={table[action].look}
          aria-label={`${t(table[action].label)}: ${name}`}
          onClick={() => setChosen(action)}
        >
          {t(table[action].label)}
        </Button>
      ))}
      {!brief && <Refusals subject={subject} table={table} />}
      {chosen && view && 'form' in view && renderForm?.(chosen, { onClose: close, onDone: done })}
      {view && 'mutation' in view && <ActDialog id={subject.id} name={name} act={view} onClose={close} onDone={done} />}
    </div>
  );
}

function Refusals<Action extends string>({ subject, table }: Pick<ActsProps<Action>, 'subject' | 'table'>) {
  const { t } = useLingui();
  if (subject.viewerRefusals.length === 0) return null;
  return (
    <details className="refusals">
      <summary>
        <Trans>Vì sao không làm được việc khác?</Trans>
      </summary>
      <ul>
        {subject.viewerRefusals.map((refusal) => (
          <li key={refusal.action}>
            <b>{t(table[refusal.action].label)}:</b> {refusal.message}
          </li>
        ))}
      </ul>
    </details>
  );
}
