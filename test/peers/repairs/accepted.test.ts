import { expect, test } from '@jest/globals';
import { catalog } from '../../../src/domain/errors/catalog.ts';
import { argvOf } from './argv.ts';
import { excusedSites } from './excused.ts';
import { allAccepted } from './printed/all.ts';
import { filled } from './printed/pages.ts';
import { sites } from './sites.ts';
import { WarmGcloud } from './warm-gcloud.ts';

/** Every command that we print is one that a shell can read and gcloud accepts, and none is missing from the list. */

const printed = allAccepted();
const texts = [...printed.keys()];

test('every text of a command in the sources is in the list of printed commands, or is excused with a reason', () => {
  const all = sites();
  const isExcused = (text: string) => excusedSites.some(([pattern]) => pattern.test(text));
  const missing = all.filter(
    ({ text }) =>
      !isExcused(text) && !texts.some((command) => [text, filled(text)].some((one) => command.includes(one))),
  );
  expect(missing).toEqual([]);
  expect(all.length).toBeGreaterThan(100);
  for (const [pattern] of excusedSites) expect(all.some(({ text }) => pattern.test(text))).toBe(true);
});

test('a reader must replace a word only where nothing is known', () => {
  const words = (command: string) =>
    (command.match(/(?<![$\w{-])[A-Z]{2,}(?:_[A-Z]+)*(?![\w-])/g) ?? []).filter(
      (word) =>
        !/^(PATCH|GA|SECURE_ALWAYS|PORT|ASYNC_TURBO|IP|SZ|API_KEY|DB_PASSWORD|DATABASE_URL)$/.test(word),
    );
  const open = texts.filter((command) => words(command).length > 0);
  expect(open.map((command) => `${words(command)} <- ${printed.get(command)?.join(', ')}`)).toEqual([
    // The login has no account yet.
    'ACCOUNT,PROJECT <- login refused as a federated identity',
    // These actions print nothing of a key.
    'KEY_ID,ACCOUNT <- a key that is refused',
    // Only the portal shows it.
    'WORKSPACE_RESOURCE_ID <- azure, a workspace that may not be read',
  ]);
  expect(Object.keys(catalog).length).toBeGreaterThan(40);
});

test('a grant and its removal say which condition they mean, so that gcloud does not ask', () => {
  const bindings = texts.filter((command) => /(add|remove)-iam-policy-binding/.test(command));
  const silent = bindings.filter((command) => !/ (--condition=None|--all)$/.test(command));
  // gcloud functions knows no conditions.
  expect(silent.filter((command) => !command.startsWith('gcloud functions '))).toEqual([]);
  expect(bindings.length).toBeGreaterThan(40);
});

test('a command names the project of what it is about, because the shell of a reader has another one', () => {
  const names =
    /--project=|projects(\/|%2F)|--iam-account=|gcloud (projects|organizations|resource-manager folders|billing projects) [\w-]+|@[\w-]+\.iam\.gserviceaccount\.com|--organization=|gs:\/\/|org-policies set-policy|billingAccounts\//;
  const without = texts.filter((command) => command.startsWith('gcloud ') && !names.test(command));
  // These know no project: a folder of the reader's machine, and roles that all projects have.
  expect(without.filter((command) => !/^gcloud (meta|iam roles list) /.test(command))).toEqual([]);
});

(WarmGcloud.isHere() ? test : test.skip)(
  "gcloud's own parser accepts every command",
  async () => {
    const lines = texts.flatMap((command) => argvOf(filled(command)).map((argv) => ({ command, argv })));
    const gcloud = await WarmGcloud.start();
    try {
      const answers = await gcloud.parse(lines.map(({ argv }) => argv));
      const refused = lines.flatMap(({ command }, index) =>
        answers[index] ? [{ command, by: printed.get(command), answer: answers[index] }] : [],
      );
      // A file that the same line makes is not there for the parser.
      expect(refused.filter(({ answer }) => !/Unable to read file \[jwks\.json\]/.test(answer))).toEqual([]);
      expect(await gcloud.parse([['run', 'services', 'update', 's', '--max-instance=2']])).not.toEqual([
        null,
      ]);
      console.log(`${texts.length} commands, ${lines.length} calls of gcloud`);
    } finally {
      await gcloud.stop();
    }
  },
  300_000,
);
