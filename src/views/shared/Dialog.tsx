import { useEffect, useId, useRef } from "react";
import type { ReactNode } from "react";
import "./dialog.css";

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  /** Told also when Esc or a click beside it has closed it. */
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A click beside the dialog closes it; React's types do not know the attribute yet. */
const CLOSED_BY_ANY: object = { closedby: "any" };

/** A sheet before the page, with the page out of reach until it is closed. */
export function Dialog({ title, isOpen, onClose, children }: DialogProps) {
  const host = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (isOpen) host.current?.showModal();
    else host.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={host} className="dialog" aria-labelledby={id} onClose={onClose} {...CLOSED_BY_ANY}>
      <div className="dialog-body">
        <div className="panel-head">
          <h2 id={id}>{title}</h2>
          <button type="button" className="quiet close" aria-label="Close" onClick={onClose}>
            ✕
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
