import { ofRule } from '../../../domain/findings/of-rule.ts';
import { modelRules } from '../../../domain/findings/rules/model.ts';
import type { Outcome } from '../../../domain/findings/verdict.ts';
import { modelText, type ReleasedModel, sameBytes, shortDigest } from '../../../domain/model/model.ts';
import type { RecordedModel } from '../../../domain/traffic/record.ts';
import { aliasFindings, tagFindings, tagText } from '../../model/finding.ts';
import { failed, type PhaseResult, type ReleaseRun } from '../run.ts';

/**
 * The model's part of a release: resolved before anything is planned, so that plan, build and record name one version. Its alias
 * follows the traffic at the end, and only there: until then a rollback has nothing to take back.
 */

/** Throws if the model cannot be released. */
export async function resolveModel(run: ReleaseRun): Promise<void> {
  const { ports, journal } = run;
  const { model: stage } = ports.stages;
  if (stage === undefined) return;
  const startedAt = ports.clock.now();
  const model = await stage.resolve(ports.signal);
  run.model = model;
  const { alias } = model;
  const named =
    alias && `, ${alias.name} names ${alias.was === undefined ? 'nothing' : `version ${alias.was}`}`;
  const note = `${modelText(model)}${named ?? ''}`;
  journal.stage({ stage: 'Model', kind: 'check', startedAt, verdict: 'pass', note });
}

/** A way back without its model is none: says so before anything changes. */
export async function checkModelBefore({ ports, found, model, journal }: ReleaseRun): Promise<void> {
  const { before } = found;
  const carried = before?.model;
  if (before === undefined || carried === undefined) return;
  const { reference, digest } = carried;
  // What was resolved a moment ago is there.
  const isNow = reference === model?.reference ? sameBytes(digest, model.digest) || 'changed' : undefined;
  const state = isNow ?? (await ports.stages.model?.isThere(carried, ports.signal));
  if (state !== false && state !== 'changed') return;
  journal.find([
    {
      ...ofRule(modelRules, 'model-before-gone'),
      title:
        state === 'changed'
          ? `${before.revision} carries the model ${reference} with the digest ${shortDigest(digest ?? '')}, and other bytes lie there now: its new instances load those, also after a rollback.`
          : `${before.revision} carries the model ${reference}, which is gone: its new instances cannot load it, also after a rollback.`,
      fix: 'Bring the model back, or register each version under a path of its own.',
    },
  ]);
}

/** A build takes minutes. A model that was deleted or overwritten meanwhile gets no traffic: new instances could not load it. */
export async function modelStays({ ports, model }: ReleaseRun): Promise<PhaseResult | undefined> {
  if (model === undefined) return undefined;
  const found = await ports.stages.model?.isThere(model, ports.signal);
  if (found !== false && found !== 'changed') return undefined;
  const what = found === 'changed' ? 'overwritten' : 'deleted';
  return {
    ...failed(`the model ${model.reference} was ${what} while this release was under way`),
    stage: 'Model',
  };
}

/** What the record keeps of the model. */
export const recordedModel = (model: ReleasedModel | undefined): RecordedModel | undefined =>
  model && {
    reference: model.reference,
    digest: model.digest,
    ...(model.alias ? { alias: model.alias.name, was: model.alias.was ?? null } : {}),
  };

/** After these the traffic is where it stays, so the alias has something to follow. The post step settles the others first. */
const settled: ReadonlySet<Outcome | undefined> = new Set([
  'promoted',
  'rolled_back',
  'rejected',
  'smoke_failed',
  'exposed',
  'superseded',
]);

/** At the end of a release: moves the alias to what serves, and reads it again. */
export async function followModel(run: ReleaseRun): Promise<void> {
  const { ports, model, live, state, journal, ending, candidate } = run;
  const { model: stage } = ports.stages;
  if (stage === undefined || model?.alias === undefined || live.service === undefined) return;
  if (!settled.has(state.outcome)) return;
  const startedAt = ports.clock.now();
  // Without a promotion of its own a release only looks: whoever moved the alias before may have meant it.
  const promoted = state.outcome === 'promoted' && candidate !== undefined;
  const result = await stage.follow(live.service, promoted ? [model.alias.was] : []);
  ending.alias = result;
  const findings = aliasFindings(result);
  journal.findNew(findings);
  if (result.did === 'moved') journal.act(result.reason);
  // The post step tries again what could not be done.
  if (result.did === 'failed') ending.settled = false;
  journal.stage({
    stage: 'Alias',
    kind: 'finish',
    startedAt,
    verdict: findings.length > 0 ? 'inconclusive' : 'pass',
    note: result.reason,
  });
  // A registry that does not answer is said once.
  if (result.did === 'failed') return;
  const tags = await stage.tag(live.service);
  journal.findNew(tagFindings(tags));
  if (tags?.did === 'written') journal.act(tagText(tags));
}
