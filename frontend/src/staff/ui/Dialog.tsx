import { useLingui } from '@lingui/react/macro';
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';

interface DialogProps {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
}

/** The browser's own modal: it holds the focus, gives it back, and injects no styles that our policy would refuse. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const { t } = useLingui();
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  // a layout effect ends while the dialog is still in the document, so that closing gives the focus back
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="close" aria-label={t`Đóng`} onClick={onClose}>
          ✕
        </button>
      </div>
      {children}
    </dialog>
  );
}
