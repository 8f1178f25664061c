import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { markerSearch } from '../../../src/gcp/source/marker-search.ts';
import { pieceBytes, readFacts } from '../../../src/gcp/source/read-file.ts';
import { secretInPiece } from '../../../src/gcp/source/secrets.ts';
import { examples } from '../../domain/source/secrets/examples.ts';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bs-secrets-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the search for markers', () => {
  const markers = ['ab_', 'abc', '_ab_', 'b_ca', 'cabcab', '\u00ff\u0000\u00ff', 'aaa'].map((name) => ({
    name,
    bytes: Buffer.from(name, 'latin1'),
  }));
  const search = markerSearch(markers);

  test('finds what a plain search finds', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '_', '\u00ff', '\u0000'), { maxLength: 60 });
    fc.assert(
      fc.property(text, (chars) => {
        const view = Buffer.from(chars.join(''), 'latin1');
        const hits = [...search(view)].map(({ marker, at }) => `${marker.name}@${at}`).sort();
        const plain = markers.flatMap(({ name, bytes }) =>
          Array.from(view, (_, at) => at)
            .filter((at) => view.subarray(at, at + bytes.length).equals(bytes))
            .map((at) => `${name}@${at}`),
        );
        expect(hits).toEqual(plain.sort());
      }),
      { numRuns: 2000 },
    );
  });
});

/** One example of each kind of secret. */
const kinds = [...new Map(examples.map((example) => [example.what, example])).values()];

test.each(kinds.map(({ what, bad }) => [what, bad] as const))(
  '%s is found across two pieces',
  (what, bad) => {
    const file = join(folder, 'seam.txt');
    const buffer = Buffer.alloc(pieceBytes);
    for (const before of [
      pieceBytes - 1,
      pieceBytes - Math.floor(bad.length / 2),
      pieceBytes - bad.length,
      pieceBytes,
    ]) {
      writeFileSync(file, `${'.\n'.repeat(pieceBytes).slice(0, before - 1)}\n${bad}\n`);
      expect(readFacts({ path: 'seam.txt', real: file }, buffer).refused?.why).toBe(what);
    }
  },
);

/** Packages with the private keys of their own tests would have to be named here. There is none. */
const withKeys: readonly string[] = [];

test('no file of the packages in node_modules is taken for a secret', () => {
  const packages = join(import.meta.dirname, '../../../node_modules');
  let files = 0;
  let bytes = 0;
  const refused: string[] = [];
  const look = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const file = join(path, entry.name);
      const stat =
        entry.isSymbolicLink() && path !== packages ? undefined : statSync(file, { throwIfNoEntry: false });
      if (stat?.isDirectory()) look(file);
      // The large ones are programs.
      if (!stat?.isFile() || stat.size > 4e6) continue;
      const view = readFileSync(file);
      const descriptor = openSync(file, 'r');
      const found = secretInPiece(descriptor, view, 0);
      closeSync(descriptor);
      files++;
      bytes += view.length;
      if (found) refused.push(`${file.slice(packages.length + 1)}: ${found}`);
    }
  };
  look(packages);
  console.log(
    `ordinary files: ${files} of ${(bytes / 1e6).toFixed(0)} MB looked at, ${refused.length} refused`,
  );
  expect(files).toBeGreaterThan(5000);
  expect(refused.filter((line) => !withKeys.some((name) => line.startsWith(name)))).toEqual([]);
}, 300_000);
