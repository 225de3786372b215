import { useEffect, useId, useRef, useState } from "react";
import type { ReactNode } from "react";

interface MenuProps {
  readonly label: ReactNode;
  /** Said in place of the label, where the label alone is not clear. */
  readonly name?: string;
  readonly className?: string;
  readonly children: (close: () => void) => ReactNode;
}

/** A button with a sheet below it. Esc, a click elsewhere or moving on closes it. */
export function Menu({ label, name, className = "", children }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = () => {
    setOpen(false);
    document.getElementById(`${id}-button`)?.focus();
  };
  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent) => {
      if (!host.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, [isOpen]);
  return (
    <div
      ref={host}
      role="presentation"
      className={`menu ${className}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.stopPropagation();
        close();
      }}
      onBlur={(event) => {
        if (event.relatedTarget && !host.current?.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        id={`${id}-button`}
        type="button"
        className="menu-button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={name}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
        <span aria-hidden="true" className="caret" />
      </button>
      {isOpen && (
        <div id={id} className="sheet">
          {children(close)}
        </div>
      )}
    </div>
  );
}
