import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { ModelFacts } from '../../domain/model/facts.ts';
import { modelText } from '../../domain/model/model.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import { capital } from '../../domain/text/sentence.ts';
import { createServices } from '../../gcp/run/services.ts';
import type { Action, Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import { agreementFindings, tagText } from '../../steps/model/finding.ts';
import { followTraffic } from '../../steps/model/follow-traffic.ts';
import { inspectModel, modelHistory, versionIn } from '../../steps/model/inspect.ts';
import type { ModelRegistry } from '../../steps/ports/model.ts';
import { openPlatform } from '../login/platform.ts';
import type { AskedModel } from './inputs.ts';
import { openModel } from './open.ts';
import { readModel } from './read.ts';

const mostRows = 50;

/** Which version of a model serves, which one served when, and whether everything that names one agrees. */
export const model: Action<'model'> = async (context): Promise<Finished<'model'>> => {
  const { login, mode, name = '', region, model: asked } = readModel(context);
  context.inputs.done();
  if (asked === undefined) throw new ReleaseError('internal', { what: 'A missing model was not refused.' });
  const platform = openPlatform(context, login);
  const { clock } = context;
  const started = clock.steady();
  const place = { project: platform.projectId, region };
  const facts: ModelFacts = { mode, asked: asked.text };
  const report = newReport('model', { ...place, ...(name ? { name } : {}) });
  report.inputs = context.inputs.given;
  report.evidence.model = facts;
  const registry = await openModel(context, platform, asked, place);
  if (mode === 'resolve') await resolve(context, registry, report, facts);
  else {
    const service = servicePath({ ...place, name: likelyService(name) });
    const about: About = { service, asked, registry, services: createServices(platform.rest) };
    if (mode === 'settle') await settle(context, about, report, facts);
    await look(context, about, report, facts);
  }
  report.timings.push(timingOf(context, 'model', started, report.verdict));
  return {
    report,
    view: async () => (await import('../../domain/summary/model/section.ts')).modelView,
    outputs: outputsOf(facts),
  };
};

interface About {
  service: string;
  asked: AskedModel;
  registry: ModelRegistry;
  services: ReturnType<typeof createServices>;
}

async function resolve(
  { log, signal }: Context,
  registry: ModelRegistry,
  report: Report<'model'>,
  facts: ModelFacts,
): Promise<void> {
  const { asked, ...resolved } = await registry.resolve(signal);
  facts.resolved = resolved;
  report.verdict = 'pass';
  report.reason = `${asked} is ${resolved.reference}.`;
  log.line(`${report.reason} ${modelText({ asked, ...resolved })}`);
}

/** Reads what there is. After `settle` this is the proof. */
async function look(
  { log, signal, clock }: Context,
  { service, asked, registry, services }: About,
  report: Report<'model'>,
  facts: ModelFacts,
): Promise<void> {
  if ((await services.get(service, signal)) === undefined)
    throw new ReleaseError('not-found', {
      what: `There is no service ${service}.`,
      fix: 'Correct name, region or project.',
    });
  if (facts.mode === 'history') {
    const { seen, rows } = await modelHistory({ services, registry }, { service, signal });
    facts.history = rows.slice(0, mostRows);
    if (rows.length > mostRows) facts.omitted = rows.length - mostRows;
    const { revision, carried } = seen;
    if (revision !== undefined)
      facts.serving = {
        revision,
        reference: carried?.reference,
        version: carried && versionIn(registry, carried),
      };
    report.verdict = 'pass';
    report.reason = `${rows.length === 0 ? 'No revision carries a model' : `${rows.length} ${rows.length === 1 ? 'entry says' : 'entries say'} which model served when`}${carried ? `. Now ${revision} serves with ${carried.reference}` : ''}.`;
    log.line(report.reason);
    return;
  }
  const { seen, version, current, agreement } = await inspectModel(
    { services, registry, clock },
    { service, alias: asked.alias, signal },
  );
  const { revision, carried } = seen;
  if (revision !== undefined) facts.serving = { revision, reference: carried?.reference, version };
  if (asked.alias !== undefined) facts.alias = { name: asked.alias, version: current };
  facts.agreement = agreement.rows;
  const command = (alias: string, to: string) => registry.aliases?.command(alias, to);
  const findings = agreementFindings(agreement.rows, {
    ...{ service, recorded: seen.recorded, version },
    alias: asked.alias === undefined ? undefined : { name: asked.alias, current },
    command,
  });
  report.findings.push(...findings.filter(({ rule }) => report.findings.every((one) => one.rule !== rule)));
  report.verdict = agreement.verdict;
  const did = facts.settled?.alias.did === 'moved' ? `${capital(facts.settled.alias.reason)}. ` : '';
  report.reason = `${did}${capital(agreement.reason)}`;
  for (const { is, what, says } of agreement.rows) log.line(`  ${is.padEnd(8)} ${what.padEnd(8)} ${says}`);
  log.line(report.reason);
}

/** Moves the alias to what the traffic says. A person has asked for it, so it may be taken from any version. */
async function settle(
  { log, signal, clock }: Context,
  { service, asked, registry, services }: About,
  report: Report<'model'>,
  facts: ModelFacts,
): Promise<void> {
  const { aliases, tags } = registry;
  const { alias } = asked;
  if (aliases === undefined || alias === undefined) return;
  // One that somebody moves from here on is left alone.
  const now = await aliases.read(alias, signal);
  const followed = await followTraffic(
    { services, aliases, tags, clock },
    { service, alias, mayLeave: () => [now], signal },
  );
  const { alias: result, tags: tagged } = followed;
  log.line(capital(result.reason));
  facts.settled = { alias: result, tags: tagged };
  report.findings.push(...followed.findings);
  const at = new Date(clock.now()).toISOString();
  if (result.did === 'moved') report.actions_taken.push({ at, what: `${capital(result.reason)}.` });
  if (tagged?.did === 'written') report.actions_taken.push({ at, what: tagText(tagged) });
}

const outputsOf = ({ resolved, serving, alias, history }: ModelFacts) => ({
  model_reference: resolved?.reference,
  model_version: resolved?.version,
  model_uri: resolved?.uri,
  model_digest: resolved?.digest,
  serving_revision: serving?.revision,
  serving_version: serving?.version,
  alias_version: alias?.version,
  history: history && JSON.stringify(history),
});
