import { logText } from '../domain/text/safe-text.ts';
import type { Log } from '../steps/ports/log.ts';
import type { Commands } from './commands.ts';
import type { Secrets } from './secrets.ts';

/** The log of a job. Every line is redacted, and no line can be a workflow command. */
export function createLog(secrets: Secrets, commands: Commands): Log {
  // Before the text is cut and neutralised, since that changes secrets; and after it, since that may join their pieces.
  const clean = (text: string) => secrets.redact(logText(secrets.redact(text)));
  const print = (text: string) => process.stdout.write(`${clean(text)}\n`);
  return {
    line: print,
    warning: (text) => commands.warning(clean(text)),
    detail: (title, lines) => {
      commands.startGroup(clean(title));
      for (const line of lines) print(line);
      commands.endGroup();
    },
    debug: (text) => commands.debug(clean(text)),
  };
}
