/**
 * Runs every printed command on the sandbox with a real gcloud, and plays every scene: `npm run peers -- repairs`.
 * `--only=PATTERN` plays the scenes whose name fits, and nothing else.
 */
import { scenes } from './runs/all.ts';
import { playAll } from './runs/session.ts';
import { runAll, runnable } from './session.ts';
import { WarmGcloud } from './warm-gcloud.ts';

const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
const chosen = only === undefined ? scenes : scenes.filter(({ name }) => new RegExp(only).test(name));

/** It takes long, so each line stands there when its command or its scene has ended. */
const say = (line: string) => console.log(`${Math.round(performance.now() / 1000)} s ${line.split('\n')[0]}`);

if (!WarmGcloud.isHere()) console.log('Skipped: gcloud is not installed here.');
else {
  const found = only === undefined ? await runAll(runnable(), say) : [];
  const wrong = found.filter(({ problems }) => problems.length > 0);
  if (only === undefined)
    console.log(
      `${found.length - wrong.length} of ${found.length} printed commands work and change what they say`,
    );
  for (const { command, problems } of wrong) console.log(`  ${command}\n    ${problems.join('\n    ')}`);
  const played = await playAll(chosen, say);
  const failed = played.filter(({ problems }) => problems.length > 0);
  console.log(
    `${played.length - failed.length} of ${played.length} runs fail, print a repair, and succeed after it is pasted`,
  );
  for (const { name, problems } of failed) console.log(`  ${name}\n    ${problems.join('\n    ')}`);
  if (wrong.length > 0 || failed.length > 0 || found.length + played.length === 0) process.exitCode = 1;
}
