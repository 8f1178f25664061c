import { awsCommands } from './aws.ts';
import { causeCommands } from './causes.ts';
import { doctorCommands } from './doctor.ts';
import { drillCommands } from './drill.ts';
import { exposureCommands } from './exposure.ts';
import type { Printed } from './here.ts';
import { loginCommands } from './login.ts';
import { pageCommands } from './pages.ts';
import { stepCommands } from './steps.ts';

/** Every command of the catalogues, each text once, with all that print it. */
export function allPrinted(): Map<string, string[]> {
  const all = new Map<string, string[]>();
  const found: Printed[] = [
    ...causeCommands(),
    ...loginCommands(),
    ...exposureCommands(),
    ...doctorCommands(),
    ...stepCommands(),
    ...drillCommands(),
    ...awsCommands(),
    ...pageCommands(),
  ];
  for (const { from, command } of found) all.set(command, [...new Set([...(all.get(command) ?? []), from])]);
  return all;
}
