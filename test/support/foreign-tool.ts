import { describe, test } from '@jest/globals';
import { foreignTool } from './find-program.ts';

/** Programs of others that tests run if they are installed: on the path, by `go install`, or by `.ci/run`. */

/** `test` with the program's path, or a skipped test and a message that says how to install the program. */
export function testWith(
  name: string,
  install: string,
  title: string,
  body: (program: string) => void | Promise<void>,
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
