import { embed } from '../files/embed.ts';
import type { Place } from '../files/repository.ts';
import { commandWithoutShell } from '../shell/command.ts';
import { type CloudCall, callOf, gcloudCall } from '../shell/gcloud.ts';
import { readScript } from '../shell/read-script.ts';
import type { Step } from '../workflow/model.ts';
import type { FoundScript } from './scripts.ts';

/** A call of gcloud, and what makes it. */
export interface FoundCall extends CloudCall {
  step: Step | undefined;
  at: Place;
  isLoose: boolean;
  /** The call is made by an action from its inputs. */
  isAction: boolean;
}

/** Calls in scripts, and those that Google's actions make from their `flags`. Each place counts once. */
export function callsOf(scripts: readonly FoundScript[], steps: readonly Step[]): FoundCall[] {
  const found: FoundCall[] = [];
  for (const { script, step, isLoose } of scripts)
    for (const command of script.commands) {
      const call = gcloudCall(command);
      if (call) found.push({ ...call, step, at: command.at, isLoose, isAction: false });
    }
  for (const step of steps) {
    const verb = step.uses && actionVerb(step.uses.name);
    if (!verb) continue;
    const flags = step.with.get('flags');
    const text = flags && embed(flags.at.file, fileText(step), flags.node);
    const [command] = text
      ? readScript({
          ...text,
          text: `true ${oneLine(text.text)}`,
          at: (offset) => text.at(Math.max(0, offset - 5)),
        }).commands
      : [];
    const own = command ?? commandWithoutShell([], step.at);
    found.push({
      ...callOf(own, own.words.slice(1)),
      verb,
      step,
      at: step.uses?.at ?? step.at,
      isLoose: false,
      isAction: true,
    });
  }
  return found;
}

/** Flags may stand on several lines, and one line is as long as before. */
const oneLine = (text: string): string => text.replaceAll('\n', ' ');

/** The text of the file in which a step stands. Only block texts need it, and those of a workflow stand in its file. */
const fileText = (step: Step): string =>
  step.at.file === step.job.workflow.file ? step.job.workflow.source : '';

function actionVerb(name: string): string | undefined {
  if (name === 'google-github-actions/deploy-cloudrun') return 'run deploy';
  if (name === 'google-github-actions/deploy-cloud-functions') return 'functions deploy';
  return undefined;
}
