import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * The places in the sources that hold the text of a command. A place is the fixed text at the beginning of the command, so a
 * command that is printed there begins with it.
 */
export interface Site {
  file: string;
  /** Such as `gcloud run services list `. */
  text: string;
}

const root = join(import.meta.dirname, '../../..');
const programs = 'gcloud|aws|az|npm|npx|pnpm|yarn|curl|openssl|timedatectl|iconv';

/** A command begins a text, or a part of one after a bracket, a colon or a back quote. */
const begins = new RegExp(`(?<=['"\`(]|: |&& )(?:${programs}) [a-z\\-@$]`, 'g');

/** The fixed text from here: up to a part that is computed, or to the end of the literal. */
const fixed = (text: string): string => (/^(?:(?!\$\{|['"`\\]).)*/.exec(text) ?? [''])[0];

const code = (line: string): boolean => !/^\s*(\/\/|\*|\/\*)/.test(line);

export const sites = (): Site[] =>
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    // How a person may settle a belief: words with placeholders for a page, which no run prints.
    .filter((name) => !name.replaceAll('\\', '/').startsWith('domain/conformance/beliefs/'))
    .flatMap((name) => {
      const file = join(root, 'src', name);
      return readFileSync(file, 'utf8')
        .split('\n')
        .filter(code)
        .flatMap((line) =>
          [...line.matchAll(begins)].map(({ index }) => ({
            file: relative(root, file),
            text: fixed(line.slice(index)),
          })),
        );
    });
