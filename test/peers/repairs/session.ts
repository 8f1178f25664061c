import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCloud } from './cloud.ts';
import { excusedRuns } from './excused.ts';
import { problemsOf } from './judge.ts';
import { allPrinted } from './printed/all.ts';
import { effectOf, pristineOf } from './run.ts';
import { WarmGcloud } from './warm-gcloud.ts';

/** Printed commands that can run here. */
export const runnable = (): string[] =>
  [...allPrinted().keys()].filter((command) => !excusedRuns.some(([pattern]) => pattern.test(command)));

/** One command of each shape: the same words, whatever the names. */
export function oneOfEach(commands: readonly string[]): string[] {
  const shape = (command: string) =>
    command
      .replace(
        /(--(member|role|service|attribute-condition|filter|permissions|add-permissions)=)("[^"]*"|'[^']*'|\S+)/g,
        '$1',
      )
      .replace(
        /\S+@\S+|\b(run|logging|cloud\w+|monitoring|artifactregistry|iamcredentials)\.googleapis\.com/g,
        'X',
      )
      .replace(
        /'[^']*'|\b(policies describe|binding|keys|secrets versions list) \S+/g,
        (text) => text.split(' ')[0] ?? '',
      );
  return [...new Map(commands.map((command) => [shape(command), command])).values()];
}

/** Runs commands one after the other, and says what is wrong with each. */
export async function runAll(
  commands: readonly string[],
  ended: (line: string) => void = () => {},
): Promise<{ command: string; problems: string[] }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bs-repairs-'));
  for (const at of ['.', 'functions/ocr']) {
    mkdirSync(join(folder, at), { recursive: true });
    writeFileSync(
      join(folder, at, 'package.json'),
      '{"name":"ocr","version":"1.0.0","scripts":{"build":"true"}}',
    );
  }
  const { sandbox, token } = await openCloud(folder);
  const gcloud = await WarmGcloud.start({ ...sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token });
  try {
    const place = { folder, pristine: pristineOf(sandbox) };
    // The role of the guard's report is made before it is granted.
    const found: { command: string; problems: string[] }[] = [];
    for (const command of commands) {
      const problems = problemsOf(await effectOf(sandbox, gcloud, place, command));
      found.push({ command, problems });
      ended(`${found.length}/${commands.length} ${problems.length > 0 ? 'RED' : 'ok'} ${command}`);
    }
    return found;
  } finally {
    await gcloud.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
