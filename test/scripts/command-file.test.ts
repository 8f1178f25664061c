import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCommandFile } from '../../scripts/demo/command-file.ts';
import { createCommands } from '../../src/runner/commands.ts';

const text = fc.string({ unit: fc.constantFrom('a', '=', '<', '\n', ' ', '한', '%') });

test('the values that a step has written for its runner are read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bs-command-file-'));
  const path = join(folder, 'output');
  try {
    fc.assert(
      fc.property(text, text, (first, second) => {
        writeFileSync(path, 'plain=a=b<<c\n');
        const { setOutput } = createCommands({ GITHUB_OUTPUT: path }, () => {});
        setOutput('first', first);
        setOutput('second', second);
        expect(readCommandFile(path)).toEqual({ plain: 'a=b<<c', first, second });
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
