import { logText } from '../../domain/text/safe-text.ts';
import type { Secrets } from '../../runner/secrets.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { Terminal } from './terminal.ts';

/** The log of a verb: standard error. Details and calls are shown with --verbose. Every line is redacted. */
export function terminalLog(terminal: Terminal, { redact }: Pick<Secrets, 'redact'>): Log {
  const { note, noteStyle: style, verbose } = terminal;
  const clean = (text: string) => redact(logText(redact(text)));
  return {
    line: (text) => note(clean(text)),
    warning: (text) => note(`${style.yellow('warning:')} ${clean(text)}`),
    detail: (title, lines) => {
      if (!verbose) return;
      note(style.bold(clean(title)));
      for (const line of lines) note(`  ${clean(line)}`);
    },
    debug: (text) => {
      if (verbose) note(style.dim(clean(text)));
    },
  };
}
