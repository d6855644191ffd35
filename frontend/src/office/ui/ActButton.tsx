import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Button } from '../../staff/ui/Button';
import { ActDialog } from './ActDialog';
import type { PlainAct } from './acts';

interface ActButtonProps {
  id: string;
  name: string;
  act: PlainAct;
  onDone: () => void;
}

/** One act of a thing that lists none; the server says no to whoever may not. */
export function ActButton({ id, name, act, onDone }: ActButtonProps) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look={act.look} aria-label={`${t(act.label)}: ${name}`} onClick={() => setOpen(true)}>
        {t(act.label)}
      </Button>
      {open && (
        <ActDialog
          id={id}
          name={name}
          act={act}
          onClose={() => setOpen(false)}
          onDone={() => {
            setOpen(false);
            onDone();
          }}
        />
      )}
    </>
  );
}
