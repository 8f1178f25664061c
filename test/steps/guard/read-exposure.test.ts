import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';

const source = pathToFileURL(join(import.meta.dirname, '../../../src/steps/guard/read-exposure.ts')).href;

/** Runs in a process of its own, because Node ends a process with an unhandled rejection. */
test('a signal during the read of the ancestry leaves no unhandled rejection', () => {
  const script = `
    import { readExposure } from ${JSON.stringify(source)};
    const later = (ms) => new Promise((_, reject) => setTimeout(() => reject(new Error('aborted')), ms));
    const refusals = [];
    const exposure = {
      describe: () => later(1),
      ancestry: () => later(1),
      policy: () => { refusals.push('policy'); return later(30); },
      denyRules: () => { refusals.push('deny'); return later(30); },
      orgPolicy: () => later(30),
    };
    const request = { project: 'p', region: 'r', name: 'f', scope: 'full', trusted: [] };
    let failed = '';
    await readExposure({ exposure }, request).catch((error) => { failed = error.message; });
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(failed, refusals.sort().join());
  `;
  const flags = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--input-type=module', '-e', script];
  expect(execFileSync(process.execPath, flags, { encoding: 'utf8' })).toBe('aborted deny,policy\n');
});
