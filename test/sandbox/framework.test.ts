import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { frameworkOf } from '../../sandbox/revisions/dependencies.ts';

test("a function runs on the framework that it brings, else on the sandbox's", () => {
  const folder = mkdtempSync(join(tmpdir(), 'bs-framework-'));
  const own = join(folder, 'node_modules/@google-cloud/functions-framework/build/src/main.js');
  expect(frameworkOf(folder)).not.toContain(folder);
  mkdirSync(dirname(own), { recursive: true });
  writeFileSync(own, '');
  expect(frameworkOf(folder)).toBe(own);
  rmSync(folder, { recursive: true });
});
