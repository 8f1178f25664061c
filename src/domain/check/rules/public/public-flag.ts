import { lastOption, optionsOf } from '../../shell/gcloud.ts';
import type { Rule } from '../rule.ts';

const on = '--allow-unauthenticated';
const off = '--no-allow-unauthenticated';

/** `--allow-unauthenticated` in a command that deploys. gcloud takes the last of the pair. */
export const publicFlag: Rule = ({ calls }, report) => {
  for (const call of calls) {
    if (!/^(functions deploy|run deploy|run services (update|replace))$/.test(call.verb)) continue;
    const pair = optionsOf(call, on, off).filter(({ value }) => value !== 'false');
    const sure = pair.filter(({ word }) => !word.maybe);
    const last = sure.at(-1);
    const open = last?.name === on ? last : pair.find(({ name, word }) => name === on && word.maybe);
    const target = call.positionals[0]?.text ?? 'the function';
    const kind = call.verb.startsWith('functions') ? 'functions' : 'run';
    if (open) {
      const certain = open === last;
      report.found({
        severity: !certain || call.isLoose ? 'high' : 'critical',
        confidence: certain && !call.isLoose ? 'high' : 'medium',
        at: open.word.at,
        title: certain
          ? `gcloud ${call.verb} makes ${target} public with ${on}.`
          : `A variable of gcloud ${call.verb} may hold ${on}, which makes ${target} public.`,
        fix: `Use ${off}, and let the guard prove that ${target} is private after each deploy.`,
        evidence: `${kind} ${target} ${on}`,
        edits: open.word.raw === on ? [{ ...open.word.at, old: on, new: off }] : [],
      });
    } else if (call.unknown.some(({ raw }) => /FLAG|ARG|OPT/i.test(raw)) && !lastOption(call, off))
      report.unknown(
        call.at,
        `Only a run knows which options ${call.unknown[0]?.raw} adds to gcloud ${call.verb}.`,
      );
  }
};
