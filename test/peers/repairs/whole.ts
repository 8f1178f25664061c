/** Runs every printed command on the sandbox with a real gcloud: `npm run peers -- repairs`. */
import { runAll, runnable } from './session.ts';
import { WarmGcloud } from './warm-gcloud.ts';

if (!WarmGcloud.isHere()) console.log('Skipped: gcloud is not installed here.');
else {
  const found = await runAll(runnable());
  const wrong = found.filter(({ problems }) => problems.length > 0);
  console.log(
    `${found.length - wrong.length} of ${found.length} printed commands work and change what they say`,
  );
  for (const { command, problems } of wrong) console.log(`  ${command}\n    ${problems.join('\n    ')}`);
  if (wrong.length > 0 || found.length === 0) process.exitCode = 1;
}
