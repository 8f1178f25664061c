import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const example = join(import.meta.dirname, '..', '..', 'examples', 'ocr-node');

/** The example function as a folder to release. `note` makes it another build of the same function. */
export function goodSource(folder: string, note: string): string {
  mkdirSync(folder, { recursive: true });
  cpSync(example, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  writeFileSync(join(folder, 'BUILD.txt'), `${note}\n`);
  return folder;
}

/**
 * A build that passes its smoke test and then fails every second request: something leaks and runs out after
 * `afterRequests`. The kind of fault that no test before the traffic sees.
 */
export function badSource(folder: string, afterRequests: number): string {
  goodSource(folder, 'bad');
  renameSync(join(folder, 'index.js'), join(folder, 'function.js'));
  writeFileSync(
    join(folder, 'index.js'),
    `'use strict';
const { ocr } = require('./function.js');
let served = 0;
exports.ocr = (req, res) => {
  served += 1;
  if (served > ${afterRequests} && served % 2 === 0)
    return res.status(500).json({ error: { code: 500, message: 'Out of buffers.' } });
  return ocr(req, res);
};
`,
  );
  return folder;
}

/** A build that has lost its Korean data: it answers 200 to everything and cannot read half of it. */
export function illiterateSource(folder: string): string {
  goodSource(folder, 'english only');
  const file = join(folder, 'recognizer.js');
  const text = readFileSync(file, 'utf8');
  const changed = text.replace("['eng', 'kor']", "['eng']");
  if (changed === text) throw new Error('the example no longer names its languages in recognizer.js');
  writeFileSync(file, changed);
  return folder;
}
