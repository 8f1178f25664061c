import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');

interface Locked {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}

describe.each(['package-lock.json', 'test/gallery/mermaid/package-lock.json'])('%s', (file) => {
  const packages = JSON.parse(readFileSync(join(root, file), 'utf8')).packages as Record<string, Locked>;
  const names = Object.keys(packages);

  test('has the packages of every platform, because `npm ci` refuses it otherwise', () => {
    const missing = Object.entries(packages).flatMap(([name, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((optional) => !names.some((path) => path.endsWith(`node_modules/${optional}`)))
        .map((optional) => `${name} -> ${optional}`),
    );
    expect(missing).toEqual([]);
  });

  test('every package has an integrity and no address', () => {
    const installed = Object.entries(packages).filter(
      ([name, { link }]) => name.includes('node_modules/') && !link,
    );
    expect(
      installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([name]) => name),
    ).toEqual([]);
    expect(installed.filter(([, { resolved }]) => resolved).map(([name]) => name)).toEqual([]);
  });
});
