import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCommands } from '../../src/runner/commands.ts';

let folder: string;
const saved = { ...process.env };
const files = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_ENV'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-commands-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
});

/** What `act` writes to standard output and to the three command files, with the random delimiter replaced by a fixed one. */
function written(act: (write: (text: string) => void) => void): { out: string; files: string[] } {
  for (const name of files) {
    process.env[name] = join(folder, name);
    writeFileSync(join(folder, name), '');
  }
  let out = '';
  const write = process.stdout.write;
  const collect = (text: string) => {
    out += text;
    return true;
  };
  process.stdout.write = collect as typeof process.stdout.write;
  try {
    act(collect);
  } finally {
    process.stdout.write = write;
  }
  const even = (text: string) => text.replace(/ghadelimiter_[0-9a-f-]{36}/g, 'DELIMITER');
  return { out: even(out), files: files.map((name) => even(readFileSync(join(folder, name), 'utf8'))) };
}

const text = fc.string({ unit: fc.constantFrom('a', '%', '\r', '\n', ':', ',', '=', '한', ' ', '"') });

describe('the runner gets the same bytes as from @actions/core', () => {
  test('commands on standard output', () => {
    fc.assert(
      fc.property(text, (value) => {
        const theirs = written(() => {
          core.setSecret(value);
          core.debug(value);
          core.warning(value);
          core.startGroup(value);
          core.endGroup();
        });
        const ours = written((write) => {
          const commands = createCommands(process.env, write);
          commands.setSecret(value);
          commands.debug(value);
          commands.warning(value);
          commands.startGroup(value);
          commands.endGroup();
        });
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 50 },
    );
  });

  test('command files', () => {
    fc.assert(
      fc.property(text, (value) => {
        const theirs = written(() => {
          core.setOutput('name', value);
          core.saveState('name', value);
          core.exportVariable('GR_TEST_NAME', value);
        });
        const ours = written((write) => {
          const commands = createCommands(process.env, write);
          commands.setOutput('name', value);
          commands.saveState('name', value);
          commands.exportVariable('GR_TEST_NAME', value);
        });
        expect(ours).toEqual(theirs);
        expect(ours.files[0]).toContain('name<<');
      }),
      { numRuns: 30 },
    );
  });

  test('saved state can be read again, and state that was never saved is empty', () => {
    const commands = createCommands({ STATE_path: '/a b' }, () => {});
    expect(commands.getState('path')).toBe('/a b');
    expect(commands.getState('other')).toBe('');
  });
});
