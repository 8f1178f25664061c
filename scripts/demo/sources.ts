import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const example = join(import.meta.dirname, '..', '..', 'examples', 'ocr-node');

/** Copies the example function to a folder to release. A different `note` makes a different build of the same code. */
export function goodSource(folder: string, note: string): string {
  mkdirSync(folder, { recursive: true });
  cpSync(example, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  writeFileSync(join(folder, 'BUILD.txt'), `${note}\n`);
  return folder;
}

/**
 * A build that passes its smoke test, but fails every second request after `afterRequests`, as if it leaked buffers. No test
 * before real traffic finds this kind of fault.
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

/** A build without its Korean data. It answers 200 to every image, but cannot read half of them. */
export function illiterateSource(folder: string): string {
  goodSource(folder, 'english only');
  const file = join(folder, 'recognizer.js');
  const text = readFileSync(file, 'utf8');
  const changed = text.replace("['eng', 'kor']", "['eng']");
  if (changed === text) throw new Error('the example no longer names its languages in recognizer.js');
  writeFileSync(file, changed);
  return folder;
}
