import type { TargetKind } from '../../domain/deploy/kind.ts';
import { type Look, type Made, maySettle, spreadText } from '../../domain/doctor/settling.ts';
import { slug } from '../../domain/product.ts';
import type { Report } from '../../domain/report/report.ts';
import type { SetupPlan } from '../../domain/setup/plan.ts';
import { whenSettled } from '../../steps/setup/settled.ts';
import { doctorText } from '../doctor/text.ts';
import { runTwin } from '../twin.ts';
import type { Call, Ended } from '../verb.ts';

export interface Examined {
  ended: Ended;
  report: Report<'doctor'>;
}

/** What is examined, and what was written before. */
export interface Patient {
  project: string;
  region: string;
  name: string;
  target: TargetKind;
  /** The account that will release. */
  deployer: string;
  /** The account that the code runs as. */
  runtimeAccount: string;
  written: SetupPlan;
}

/**
 * The doctor at the end of a set-up: as the account that will release, if this person may act as it, else as this person. The role
 * owner alone does not allow the first.
 */
export async function examine(call: Call, patient: Patient): Promise<Examined> {
  const { project, region, name, target, deployer, runtimeAccount, written } = patient;
  const inputs = { project_id: project, region, name, target, runtime_service_account: runtimeAccount };
  const { doctorAfterSetup } = await import('../../actions/doctor/doctor.ts');
  const { log } = call.context;
  // What the doctor would say about logins and endpoints was said at the start.
  const quiet = { ...log, line: log.debug };
  const contextOf = (account?: string) => ({
    ...call.contextFor(inputs, { account, quiet: true }),
    log: quiet,
  });
  const look = () => {
    const action = doctorAfterSetup({ account: deployer, context: contextOf(deployer) });
    return runTwin({ ...call, context: contextOf() }, 'doctor', action, 'quiet');
  };
  log.line(`Examining what a release of ${name} needs.`);
  const made = madeOf(written);
  const { seen, settling } = await whenSettled(call.context, look, ({ report }) =>
    maySettle(lookOf(report), made),
  );
  const again = settling ? [spreadText, `    ${againCommand(patient)}`] : [];
  const evidence = seen.report.evidence.doctor;
  const checks = evidence?.checks.filter(({ state, part }) => state !== 'skipped' || part === 'permissions');
  const text = async () =>
    [
      ...(evidence && checks ? [doctorText({ ...evidence, checks }, call.terminal), ''] : []),
      await seen.ended.text(),
      ...again,
    ].join('\n');
  return { report: seen.report, ended: { ...seen.ended, text } };
}

const againCommand = ({ project, region, name, target, deployer, runtimeAccount }: Patient): string =>
  `${slug} doctor --project ${project} --region ${region} --name ${name} --target ${target} --runtime-service-account ${runtimeAccount} --impersonate-service-account ${deployer}`;

/** The kinds of what was written that take time to spread. */
function madeOf(written: SetupPlan): Made {
  const kinds = new Set(written.map(({ resource }) => resource.kind));
  return { api: kinds.has('api'), access: kinds.has('role') || kinds.has('account') || kinds.has('grant') };
}

const lookOf = ({ evidence }: Report<'doctor'>): Look => ({
  checks: evidence.doctor?.checks ?? [],
  rows: evidence.preflight?.rows ?? [],
});
