import { useLayoutEffect, useRef, useState } from "react";

/** The width that an element has, in CSS pixels, followed as it changes; while it is not shown, the last one it had. */
export function useWidth<E extends HTMLElement>(initial: number) {
  const host = useRef<E>(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const measured = Math.floor(entry?.contentRect.width ?? 0);
      if (measured > 0) setWidth(measured);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [host, width] as const;
}
