import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { answered } from '../../src/cli/setup/answers.ts';
import { createSetupFiles } from '../../src/cli/setup/files.ts';
import { listedRepositories } from '../../src/cli/setup/make-wish.ts';
import { nextSteps, resultOf } from '../../src/cli/setup/result.ts';
import { styleOf } from '../../src/cli/terminal/style.ts';
import { desired } from '../../src/domain/setup/desired.ts';
import { fieldsOf } from '../../src/domain/setup/fields.ts';
import { absent, type Observed } from '../../src/domain/setup/observed.ts';
import { planOf } from '../../src/domain/setup/plan.ts';
import type { Resource } from '../../src/domain/setup/resource.ts';
import { hints } from '../../src/domain/setup/text.ts';
import { setupWish } from '../support/setup-wish.ts';

const folder = mkdtempSync(join(tmpdir(), 'bs-setup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const resources = desired(setupWish());
const leave = { takeOver: false, overwriteFiles: false };
const good = (resource: Resource): Observed => ({ state: 'present', ours: true, fields: fieldsOf(resource) });
const plan = (odd: (resource: Resource) => Observed | undefined) =>
  planOf(resources, (resource) => odd(resource) ?? good(resource), leave).filter(
    // A grant that is not wanted and not there has no row.
    ({ resource }) => resource.kind !== 'grant' || resource.wanted,
  );
const options = {
  project: 'my-project',
  apply: false,
  undo: false,
  expectNoChanges: false,
  print: undefined,
  style: styleOf(false),
  host: 'github.com',
};
const foreign: Observed = { state: 'present', ours: false, fields: { state: 'on' } };
const unread: Observed = { state: 'unreadable', permission: 'iam.roles.get', detail: 'x' };

describe('the exit code', () => {
  const same = plan(() => undefined);
  const missing = plan(({ kind }) => (kind === 'role' ? absent : undefined));
  const held = plan(({ kind }) => (kind === 'account' ? foreign : undefined));
  const unknown = plan(({ kind }) => (kind === 'role' ? unread : undefined));

  test.each([
    ['as it should be', same, {}, 0],
    ['as it should be, expected', same, { expectNoChanges: true }, 0],
    ['something is missing', missing, {}, 0],
    ['something is missing, not expected', missing, { expectNoChanges: true }, 3],
    ['something is missing after an apply', missing, { apply: true }, 1],
    ['someone else made something', held, {}, 0],
    ['someone else made something, not expected', held, { expectNoChanges: true }, 3],
    ['someone else made something, after an apply', held, { apply: true }, 1],
    ['something cannot be read', unknown, { expectNoChanges: true }, 2],
    ['something cannot be read, after an apply', unknown, { apply: true }, 2],
  ] as const)('%s', (_, rows, more, code) => {
    expect(resultOf({ plan: rows, written: 0, left: undefined }, { ...options, ...more }).code).toBe(code);
  });

  test('what cannot be read stands with its permission, and with the commands of an administrator', async () => {
    const text = await resultOf({ plan: unknown, written: 0, left: undefined }, options).text();
    expect(text).toContain('! role backstayDeployer');
    expect(text).toContain('missing permission iam.roles.get');
    expect(text).toContain('gcloud iam roles create backstayDeployer --project=my-project');
    expect(text).toMatch(/\n3 of|4 cannot tell/);
  });
});

test('after an apply, the files to commit are named, and the run that follows a first release', () => {
  const some = planOf(
    desired(
      setupWish({ files: ['release', 'rollback'].map((name) => ({ path: `${name}.yml`, content: name })) }),
    ),
    (resource) => (resource.kind === 'file' ? absent : good(resource)),
    leave,
  );
  const commit = 'Next: commit and push release.yml and rollback.yml.';
  const again = expect.stringContaining('After the first release, run this command again');
  expect(nextSteps(some, true)).toEqual([commit, again]);
  expect(nextSteps(some, false)).toEqual([commit]);
  expect(
    nextSteps(
      plan(() => undefined),
      false,
    ),
  ).toEqual([]);
});

test('a file that stays although it differs is named', () => {
  const path = '.github/workflows/release.yml';
  const kept = planOf(
    [{ kind: 'file', path, content: 'new' }],
    () => ({ state: 'present', ours: false, fields: { content: 'old' } }),
    leave,
  );
  expect(hints(kept)).toEqual([
    `The file ${path} differs and stays as it is. --overwrite-files replaces it.`,
  ]);
});

describe('files', () => {
  const files = createSetupFiles(folder);
  const resource = { kind: 'file', path: '.github/workflows/release.yml', content: 'name: x\n' } as const;
  const row = { sign: '+', resource, observed: absent, changes: [] } as const;

  test('are written whole, with the folders above them, and nothing else is left', async () => {
    expect(await files.observe(resource)).toEqual(absent);
    await files.write([row]);
    expect(readFileSync(join(folder, resource.path), 'utf8')).toBe('name: x\n');
    expect(readdirSync(join(folder, '.github/workflows'))).toEqual(['release.yml']);
    expect(await files.observe(resource)).toMatchObject({
      state: 'present',
      fields: { content: 'name: x\n' },
    });
  });

  test('a link or a folder in their place is something of the user', async () => {
    symlinkSync('/etc/hostname', join(folder, 'link'));
    mkdirSync(join(folder, 'folder'));
    for (const path of ['link', 'folder'])
      expect(await files.observe({ ...resource, path })).toMatchObject({
        fields: { content: '(not a text file)' },
      });
  });
});

describe('answers', () => {
  const silent = { canAsk: false, ask: async () => undefined };

  test('every missing one is a problem that names its flag', async () => {
    await expect(
      answered({ name: 'ocr' }, ['project_id', 'region', 'name', 'repo'], silent),
    ).rejects.toMatchObject({
      problems: [
        expect.stringContaining('--project-id: missing'),
        expect.stringContaining('--region: missing'),
        expect.stringContaining('--repo: missing'),
      ],
    });
  });

  test('a person is asked for what is missing alone, and a wrong answer is a problem', async () => {
    const asked: string[] = [];
    const person = (answer: string) => ({
      canAsk: true,
      ask: async (question: string) => {
        asked.push(question);
        return answer;
      },
    });
    expect(await answered({ name: 'ocr' }, ['name', 'region'], person('europe-west1'))).toEqual({
      ...{ name: 'ocr', region: 'europe-west1' },
    });
    expect(asked).toEqual([expect.stringContaining('Region')]);
    await expect(answered({}, ['region'], person('here'))).rejects.toMatchObject({
      problems: [expect.stringContaining('--region: expected a region')],
    });
  });

  test('a list that cannot be read or is wrong names what is wrong', () => {
    const none = { repo: undefined, name: undefined };
    const wrong = (path: string): string[] => {
      try {
        return listedRepositories(path, none).map(({ name }) => name);
      } catch (error) {
        return [...(error as { problems: string[] }).problems];
      }
    };
    expect(wrong(join(folder, 'none.txt'))).toEqual([expect.stringMatching(/^--repositories: .*ENOENT/)]);
    writeFileSync(join(folder, 'list.txt'), 'acme/ocr\n');
    expect(wrong(join(folder, 'list.txt'))).toEqual([expect.stringContaining('line 1: expected OWNER/NAME')]);
    writeFileSync(join(folder, 'list.txt'), 'acme/ocr ocr-api\nacme/bills bills\n');
    expect(wrong(join(folder, 'list.txt'))).toEqual(['ocr-api', 'bills']);
  });
});
