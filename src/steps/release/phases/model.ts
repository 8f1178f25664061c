import { type CarriedModel, modelText, type ResolvedModel } from '../../../domain/model/model.ts';
import type { ReleaseRun } from '../run.ts';

/** The model's part of a release: resolved before anything is planned, so that the plan, the build and the record name one version. */

/** Throws if the model cannot be released. */
export async function resolveModel(run: ReleaseRun): Promise<void> {
  const { ports, journal } = run;
  const { model: stage } = ports.stages;
  if (stage === undefined) return;
  const startedAt = ports.clock.now();
  const model = await stage.resolve(ports.signal);
  run.model = model;
  journal.stage({ stage: 'Model', kind: 'check', startedAt, verdict: 'pass', note: modelText(model) });
}

/** What the record keeps of the model. */
export const recordedModel = (
  model: ResolvedModel | undefined,
): Pick<CarriedModel, 'reference' | 'digest'> | undefined =>
  model && { reference: model.reference, digest: model.digest };
