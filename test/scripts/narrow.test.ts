import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
// @ts-expect-error A script without types.
import { narrowPackages, ownerOfStandIn, replaceParts } from '../../scripts/build/narrow.mjs';

/** The copies of packages that the bundle is made of, without what none of our calls reaches. */

const packages = join(import.meta.dirname, '../../node_modules');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-narrow-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
/** Runs code in the folder. What the copies do not replace comes from the repository's packages. */
const evaluate = (code: string) =>
  execFileSync(process.execPath, ['-e', code], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_PATH: packages },
  }).trim();

describe('a stand-in', () => {
  const replaced = (list: object) => () => replaceParts(list, join(folder, 'own'), join(folder, 'packages'));
  beforeEach(() => {
    write('packages/user/package.json', '{"name":"user"}');
    write(
      'packages/user/main.js',
      'const large_1 = require("large");\nexports.made = () => new large_1.Part();\n',
    );
    write('packages/user/second.js', 'exports.second = 1;\n');
  });

  test('takes the place of a file, and of a package that the copy asks for', () => {
    replaced({
      user: { 'second.js': { second: '2' }, 'node_modules/large': { Part: 'class { size = 3; }' } },
    })();
    expect(
      evaluate(
        "const { made } = require('./own/user/main.js'); console.log(made().size, require('./own/user/second.js').second)",
      ),
    ).toBe('3 2');
    expect(readFileSync(join(folder, 'packages/user/second.js'), 'utf8')).toBe('exports.second = 1;\n');
  });

  test.each([
    ['a package that is gone', { other: {} }, 'other does not exist'],
    ['a file that is gone', { user: { 'third.js': {} } }, 'no use of third.js any more'],
    [
      'a package that it asks for no more',
      { user: { 'node_modules/small': {} } },
      'no use of small any more',
    ],
    [
      'a member that the stand-in lacks',
      { user: { 'node_modules/large': { Whole: '1' } } },
      'takes Part from large',
    ],
  ])('stops the build for %s', (_, list, said) => {
    expect(replaced(list)).toThrow(said);
    expect(replaced(list)).toThrow('change scripts/build/left-out.mjs.');
  });
});

describe('the packages of the bundle', () => {
  test('the client of Cloud Functions loads from its copy, makes its calls, and refuses what was left out', () => {
    narrowPackages(folder, packages);
    const said = evaluate(`
      const gax = require('google-gax/fallback');
      const { FunctionServiceClient } = require('@google-cloud/functions/build/src/v2/function_service_client.js');
      const refused = [
        () => new gax.GrpcClient({}),
        () => new gax.ResumableUploadSession(),
        () => gax.resumableUploadStub(),
        () => gax.resumableSourceFromFile(),
      ].map((call) => { try { call(); return 'made'; } catch (error) { return error.message; } });
      const sent = [];
      const authClient = {
        universeDomain: 'googleapis.com',
        getRequestHeaders: async () => new Headers(),
        fetch: async (url, init) => {
          sent.push(init.method, new URL(url).pathname);
          return new Response(JSON.stringify({ name: 'projects/p/locations/l/operations/o' }), { status: 200 });
        },
      };
      const client = new FunctionServiceClient({ fallback: true, authClient }, gax);
      client.createFunction({ parent: 'projects/p/locations/l', functionId: 'ocr', function: { labels: { a: 'b' } } }).then(
        ([operation]) => console.log(JSON.stringify({ refused, sent, name: operation.latestResponse.name })),
      );
    `);
    expect(JSON.parse(said)).toEqual({
      refused: ['GoogleAuth', 'ResumableUploadSession', 'resumableUploadStub', 'resumableSourceFromFile'].map(
        (name) => `${name} is not in this bundle.`,
      ),
      sent: ['POST', '/v2/projects/p/locations/l/functions'],
      name: 'projects/p/locations/l/operations/o',
    });
  });

  test('the protos hold version 2 of the API and no other', () => {
    narrowPackages(folder, packages);
    const path = 'node_modules/@google-cloud/functions/build/protos/protos.json';
    const versions = (base: string) =>
      Object.keys(
        JSON.parse(readFileSync(join(base, path), 'utf8')).nested.google.nested.cloud.nested.functions.nested,
      );
    expect(versions(folder)).toEqual(['v2']);
    expect(versions(join(packages, '..')).length).toBeGreaterThan(1);
  });

  test('a stand-in counts as a part of the package that it is in, and a package inside another as itself', () => {
    expect([
      ownerOfStandIn('./build/main/node_modules/@actions/github/node_modules/undici/index.js'),
      ownerOfStandIn(
        './build/main/node_modules/@actions/github/node_modules/@actions/http-client/lib/index.js',
      ),
      ownerOfStandIn('./node_modules/undici/index.js'),
    ]).toEqual(['@actions/github', undefined, undefined]);
  });
});
