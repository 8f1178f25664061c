import { awsCommands } from './aws.ts';
import { azureCommands } from './azure.ts';
import { causeCommands } from './causes.ts';
import { doctorCommands } from './doctor.ts';
import { drillCommands } from './drill.ts';
import { exposureCommands } from './exposure.ts';
import type { Printed } from './here.ts';
import { loginCommands } from './login.ts';
import { pageCommands } from './pages.ts';
import { postureCommands } from './posture.ts';
import { stepCommands } from './steps.ts';

/** The commands whose effect a real gcloud shows on the sandbox, each text once, with all that print it. */
export const allPrinted = (): Map<string, string[]> => byText(runnableHere());

/**
 * Every command of the catalogues. Those of the posture are about rules, keys, budgets and secrets that the sandbox cannot change
 * yet, so only gcloud's own parser reads them.
 */
export const allAccepted = (): Map<string, string[]> => byText([...runnableHere(), ...postureCommands()]);

function runnableHere(): Printed[] {
  return [
    ...causeCommands(),
    ...loginCommands(),
    ...exposureCommands(),
    ...doctorCommands(),
    ...stepCommands(),
    ...drillCommands(),
    ...awsCommands(),
    ...azureCommands(),
    ...pageCommands(),
  ];
}

function byText(found: readonly Printed[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const { from, command } of found) all.set(command, [...new Set([...(all.get(command) ?? []), from])]);
  return all;
}
