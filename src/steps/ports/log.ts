/** The log of the run. The implementation neutralises workflow commands, so callers may pass text of any origin. */
export interface Log {
  line(text: string): void;
  warning(text: string): void;
  /** A collapsed group of lines. */
  detail(title: string, lines: readonly string[]): void;
  debug(text: string): void;
}
