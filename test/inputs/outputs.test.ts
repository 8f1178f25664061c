import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

/** An output of one name has one meaning, whichever action or reusable workflow sets it. */

const root = join(import.meta.dirname, '../..');

interface Said {
  file: string;
  sentence: string;
}

/** What the action files and the reusable workflows say about each output. */
function outputs(): Map<string, Said[]> {
  const all = new Map<string, Said[]>();
  const files = globSync(['action.yml', 'actions/*/action.yml', '.github/workflows/*.yml'], { cwd: root });
  for (const file of files.map((path) => path.replaceAll('\\', '/')).sort()) {
    const text = parse(readFileSync(join(root, file), 'utf8'));
    const declared: Record<string, { description: string }> =
      text.outputs ?? text.on?.workflow_call?.outputs ?? {};
    for (const [name, { description }] of Object.entries(declared))
      all.set(name, [...(all.get(name) ?? []), { file, sentence: description.trim() }]);
  }
  return all;
}

/** The first sentence says what the output is, and the others what one action adds. */
const meaning = (sentence: string) => /^.*?\.(?= [A-Z`]|$)/.exec(sentence)?.[0] ?? sentence;

const shared = [...outputs()].filter(([, said]) => said.length > 1);

test('several actions share outputs', () => {
  expect(shared.map(([name]) => name)).toEqual(
    expect.arrayContaining(['url', 'traffic', 'revision', 'reason']),
  );
  expect(shared.find(([name]) => name === 'verdict')?.[1].length).toBeGreaterThan(9);
});

describe.each(shared)('%s', (_, said) => {
  test('means the same everywhere', () => {
    expect([...new Set(said.map(({ sentence }) => meaning(sentence)))]).toHaveLength(1);
  });
});

test('the sieve tells two meanings apart', () => {
  expect(meaning('`pass`, `fail` or `inconclusive`. `pass` if it is private.')).toBe(
    '`pass`, `fail` or `inconclusive`.',
  );
  expect(meaning('Revision that serves now.')).not.toBe(meaning('Revision that is new. Or not.'));
  expect(meaning('Full name, `projects/P/a.b/c`.')).toBe('Full name, `projects/P/a.b/c`.');
});
