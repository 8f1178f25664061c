import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bundledFiles } from '../../../scripts/release/bundle-files.ts';
import { Git } from '../../../scripts/release/git.ts';
import { makeSbom, type Packages, reachable } from '../../../scripts/release/sbom.ts';

const root = join(import.meta.dirname, '../../..');
const product = {
  name: 'backstay',
  version: '1.2.0',
  repository: 'backstay-release/backstay',
  commit: 'c'.repeat(40),
  time: '2026-11-30T00:00:00.000Z',
};

interface Bom {
  serialNumber: string;
  components: {
    type: string;
    name: string;
    group?: string;
    version?: string;
    'bom-ref': string;
    purl?: string;
    hashes?: { content: string }[];
    licenses?: { expression: string }[];
  }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

describe('a small tree', () => {
  const packages: Packages = {
    '': { devDependencies: { a: '1', unused: '1' } },
    'node_modules/a': {
      version: '1.0.0',
      license: 'MIT',
      dependencies: { '@s/b': '2' },
      integrity: 'sha512-AAEC',
    },
    'node_modules/a/node_modules/@s/b': { version: '2.0.0', dependencies: { c: '1' } },
    'node_modules/@s/b': { version: '1.0.0' },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/unused': { version: '1.0.0' },
  };
  const files = [{ name: 'index.js', sha256: 'd'.repeat(64), packages: ['a', '@s/b'] }];

  test('is followed as Node resolves it', () => {
    expect([...reachable(packages, (name) => name === 'a').keys()]).toEqual([
      '',
      'node_modules/a',
      'node_modules/a/node_modules/@s/b',
      'node_modules/c',
    ]);
  });

  test('lists what is in the bundle, with what it depends on there', () => {
    const bom = JSON.parse(makeSbom(product, packages, files)) as Bom;
    expect(bom.components.map((one) => one['bom-ref'])).toEqual([
      'pkg:npm/%40s/b@2.0.0',
      'pkg:npm/a@1.0.0',
      'dist/index.js',
    ]);
    expect(bom.components[1]).toMatchObject({
      name: 'a',
      licenses: [{ expression: 'MIT' }],
      hashes: [{ content: '000102' }],
    });
    expect(bom.components[0]).toMatchObject({ group: '@s', name: 'b' });
    expect(bom.dependencies).toEqual([
      { ref: 'pkg:github/backstay-release/backstay@v1.2.0', dependsOn: ['dist/index.js'] },
      { ref: 'dist/index.js', dependsOn: ['pkg:npm/%40s/b@2.0.0', 'pkg:npm/a@1.0.0'] },
      { ref: 'pkg:npm/%40s/b@2.0.0', dependsOn: [] },
      { ref: 'pkg:npm/a@1.0.0', dependsOn: ['pkg:npm/%40s/b@2.0.0'] },
    ]);
  });

  test('takes an undeclared package from the top folder, and refuses one that the lockfile does not have', () => {
    const also = (name: string) => [{ ...files[0], packages: ['a', name] } as (typeof files)[0]];
    expect(makeSbom(product, packages, also('unused'))).toContain('pkg:npm/unused@1.0.0');
    expect(() => makeSbom(product, packages, also('absent'))).toThrow('absent');
  });
});

const git = new Git(root);
const packages = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages as Packages;
const text = makeSbom(product, packages, bundledFiles(git, 'HEAD'));
const bom = JSON.parse(text) as Bom;

describe('the committed bundle', () => {
  test('names each package whose licence lies beside it, and each file with the digest that git has', () => {
    const names = new Set(
      bom.components
        .filter(({ type }) => type === 'library')
        .map(({ group, name }) => (group ? `${group}/${name}` : name)),
    );
    const licences = git.file('HEAD', 'dist/licenses.txt')?.split('\n') ?? [];
    expect(names.size).toBeGreaterThan(20);
    expect([...names].filter((name) => !licences.includes(name))).toEqual([]);
    const files = bom.components.filter(({ type }) => type === 'file').map(({ name }) => name);
    const scripts = execFileSync('git', ['ls-tree', '--name-only', 'HEAD', 'dist/'], {
      cwd: root,
      encoding: 'utf8',
    })
      .split('\n')
      .filter((name) => name.endsWith('.js'));
    expect(files).toEqual(scripts);
  });

  test('each package has a version, a licence and the digest of the lockfile', () => {
    for (const { type, version, licenses, hashes, purl } of bom.components) {
      if (type !== 'library') continue;
      expect(version).toMatch(/^\d+\./);
      expect(licenses).toHaveLength(1);
      expect(hashes?.[0]?.content).toMatch(/^[0-9a-f]{128}$/);
      expect(purl).toMatch(/^pkg:npm\//);
    }
  });

  test('every reference of the graph is there', () => {
    const refs = new Set([
      'pkg:github/backstay-release/backstay@v1.2.0',
      ...bom.components.map((one) => one['bom-ref']),
    ]);
    for (const { ref, dependsOn } of bom.dependencies)
      for (const one of [ref, ...dependsOn]) expect(refs).toContain(one);
  });

  test('the same bundle gives the same text', () => {
    expect(makeSbom(product, packages, bundledFiles(git, 'HEAD'))).toBe(text);
    expect(makeSbom({ ...product, version: '1.2.1' }, packages, [])).not.toContain(bom.serialNumber);
  });
});

const python = join(homedir(), '.cache/backstay-peers/bin/python');
const script = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
validator = JsonStrictValidator(SchemaVersion.V1_6)
for name in sys.argv[1:]:
    errors = validator.validate_str(open(name).read())
    print(errors.data.message if errors else "valid")
`;
const library = spawnSync(python, ['-c', 'import cyclonedx.validation.json, jsonschema'], {
  encoding: 'utf8',
});
if (library.status !== 0)
  console.warn(
    "Skipped: CycloneDX's own library finds it valid. `pip install cyclonedx-python-lib[json-validation]==11.12.0` installs it.",
  );
(library.status === 0 ? test : test.skip)(
  "CycloneDX's own library finds it valid, and notices a fault",
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
    try {
      const texts = [
        text,
        text.replace('"type": "library"', '"type": "librari"'),
        text.replace('"alg": "SHA-512"', '"alg": "SHA-1024"'),
      ];
      const files = texts.map((content, at) => {
        const file = join(folder, `${at}.json`);
        writeFileSync(file, content);
        return file;
      });
      const { stdout, stderr } = spawnSync(python, ['-c', script, ...files], { encoding: 'utf8' });
      const [whole, type, hash] = (stdout || stderr).split('\n');
      expect(whole).toBe('valid');
      expect(type).toContain('librari');
      expect(hash).toContain('SHA-1024');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
