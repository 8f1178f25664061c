import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, test } from '@jest/globals';

/** Programs of others that tests run if they are installed: on the path, by `go install`, or by `.ci/run`. */

/** Where `.ci/run` installs programs that are packages of Python. */
const python = join(homedir(), '.cache/backstay-peers/bin');

export function foreignTool(name: string): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), join(homedir(), 'go/bin'), python];
  return places
    .flatMap((place) => [join(place, name), join(place, `${name}.exe`)])
    .find((path) => existsSync(path));
}

/** `test` with the program's path, or a skipped test and a message that says how to install the program. */
export function testWith(
  name: string,
  install: string,
  title: string,
  body: (program: string) => void,
): void {
  const program = foreignTool(name);
  if (!program) console.warn(`Skipped: ${title}. ${name} is missing. \`${install}\` installs it.`);
  (program ? test : test.skip)(title, () => body(program as string));
}

/** `describe` with the program's path, or a skipped group of tests and a message that says how to install the program. */
export function describeWith(
  name: string,
  install: string,
  title: string,
  body: (program: string) => void,
): void {
  const program = foreignTool(name);
  if (!program) console.warn(`Skipped: ${title}. ${name} is missing. \`${install}\` installs it.`);
  (program ? describe : describe.skip)(title, () => body(program as string));
}
