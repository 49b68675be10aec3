// What a command of `picket` is, and what it may use of the terminal it runs in.

/** Where a command runs and writes. Each call of `out` and `err` is one line, or several joined by line breaks. */
export interface Terminal {
  readonly cwd: string;
  /** The environment; undefined for that of the process. */
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  out(text: string): void;
  err(text: string): void;
}

/** One word after `picket`. Resolves to the exit code; expected failures are told on `err`, not thrown. */
export interface CliCommand {
  readonly name: string;
  /** One line of the help. */
  readonly summary: string;
  run(terminal: Terminal): Promise<number>;
}
