import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { defaultQuirks } from '../../sandbox/core/types.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/understand/unverified.md'), 'utf8');
const entries = new Map(
  page
    .split(/^# Further/m)[0]
    ?.split(/^## /m)
    .slice(1)
    .map((entry) => [entry.split('\n', 1)[0]?.trim() ?? '', entry] as const),
);

test.each(Object.entries(defaultQuirks))(
  'quirk %s has its entry in docs/understand/unverified.md, with the default %s',
  (name, value) => {
    const entry = entries.get(name);
    expect(entry).toBeDefined();
    expect(entry).toContain(`**Believed: ${value}.**`);
    for (const part of ['**Source.**', '**To verify.**']) expect(entry).toContain(part);
  },
);

test('every entry belongs to an existing quirk', () => {
  expect([...entries.keys()].sort()).toEqual(Object.keys(defaultQuirks).sort());
});
