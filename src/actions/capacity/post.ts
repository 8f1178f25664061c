import { shortName } from '../../domain/data/resource-name.ts';
import { newReport } from '../../domain/report/report.ts';
import { capital } from '../../domain/text/sentence.ts';
import type { Action } from '../../runner/action.ts';
import { putBack } from '../../steps/capacity/put-back.ts';
import { openPlatform } from '../login/platform.ts';
import { readCapacity } from './inputs.ts';
import { backPorts } from './ports.ts';
import { readBegun } from './saved.ts';

/** Runs after the step, however it ended, and puts back what a killed measurement left. */
export const capacityPost: Action<'capacity'> = async (context) => {
  const report = newReport('capacity');
  report.verdict = 'pass';
  const begun = readBegun(context);
  if (!begun) {
    report.reason = 'Nothing to put back.';
    return { report, annotate: false, summary: false };
  }
  const { login, githubToken } = readCapacity(context);
  context.inputs.done();
  report.target = { service: shortName(begun.service) };
  const back = await putBack(backPorts(context, openPlatform(context, login), githubToken), {
    service: begun.service,
    own: begun.id,
    withinMs: 240_000,
    signal: context.signal,
  });
  report.reason = capital(
    back.did === 'nothing' ? `${back.reason}.` : `${back.did.replace('_', ' ')}: ${back.reason}.`,
  );
  return { report, annotate: false, ...(back.did === 'nothing' ? { summary: false } : {}) };
};
