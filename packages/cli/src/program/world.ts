/** A stream of text. `columns` is set on a terminal. */
export interface Out {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export type StopSignal = "SIGINT" | "SIGTERM";

/** What every command line touches besides files, so that tests can replace it. A command line with more of it extends this. */
export interface World {
  stdout: Out;
  stderr: Out;
  env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds, for display only; never for anything that is stored. */
  now(): number;
  /** Calls `stop` at each SIGINT or SIGTERM until the returned function is called. */
  onStopSignal(stop: (signal: StopSignal) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}
