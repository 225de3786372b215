/** A browser that Playwright does not drive, in the hands of one reader. What goes into a page and comes out of it is JSON. */
export interface Reader {
  /** As it names itself, with its version. */
  readonly browser: string;
  /** Errors on the console and uncaught ones, where the browser tells of them. */
  readonly errors: readonly string[];
  open(address: string): Promise<void>;
  /** Runs a function in the page; it sees nothing but its arguments. */
  evaluate<Result, Arguments extends readonly unknown[]>(
    script: (...given: Arguments) => Result | Promise<Result>,
    ...given: Arguments
  ): Promise<Result>;
  /** Presses the mouse there, in CSS pixels from the upper left corner of what is seen. */
  clickAt(x: number, y: number): Promise<void>;
  /** Types into what has the focus; "\n" is the key Enter. */
  type(text: string): Promise<void>;
  /** Pastes there what was copied. */
  paste(): Promise<void>;
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Size of the browser's window with its own bars, in CSS pixels. */
export const WINDOW = { width: 1440, height: 900 } as const;
