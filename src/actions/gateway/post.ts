import { newReport } from '../../domain/report/report.ts';
import { capital } from '../../domain/text/sentence.ts';
import type { Action } from '../../runner/action.ts';
import { forgetUnproved } from '../../steps/gateway/unproved.ts';
import { openPlatform } from '../login/platform.ts';
import { gatewayBack } from './back.ts';
import { readGateway } from './inputs.ts';
import { portsOf } from './ports.ts';
import { readOpenMove } from './saved.ts';

/** Runs after the step, however it ended. Takes a gateway back whose move was not proved, because the step was killed first. */
export const gatewayPost: Action<'gateway'> = async (context) => {
  const report = newReport('gateway');
  report.verdict = 'pass';
  const move = readOpenMove(context);
  const login = move && readGateway(context).login;
  if (!move || !login) {
    report.reason = 'Nothing to take back.';
    return { report, annotate: false, summary: false };
  }
  context.inputs.done();
  const { clock, log, signal } = context;
  const platform = openPlatform(context, login);
  const back = await gatewayBack(context, platform, move, { isUnsure: true }, signal);
  if (back.verdict !== 'fail') await forgetUnproved(portsOf(context, platform), move.name, move.to, signal);
  report.verdict = back.verdict;
  report.reason = capital(`${back.reason}.`);
  report.findings = [...back.findings];
  report.actions_taken = back.changed.map((what) => ({ at: new Date(clock.now()).toISOString(), what }));
  log.line(report.reason);
  return { report, annotate: back.verdict !== 'pass', summary: back.verdict !== 'pass' };
};
