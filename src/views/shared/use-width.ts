import { useLayoutEffect, useRef, useState } from "react";

/** The width that an element has, in CSS pixels, followed as it changes. */
export function useWidth<E extends HTMLElement>(initial: number) {
  const host = useRef<E>(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [host, width] as const;
}
