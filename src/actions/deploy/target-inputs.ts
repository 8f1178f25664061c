import { isOfFunctions, isOfImage, type TargetKind } from '../../domain/deploy/kind.ts';
import type { Strategy } from '../../domain/deploy/merge.ts';
import type { InputReader } from '../../inputs/reader.ts';
import type { InputName, Inputs } from '../../inputs/table.ts';

/** The inputs that `deploy` and the release have in common. */
type SharedName = Extract<keyof Inputs<'deploy'>, keyof Inputs<'release'>>;
export type FunctionInputs = Pick<Inputs<'deploy'>, SharedName>;

/** Which service is deployed, and what: the inputs that decide on the driver. */
export interface AskedInputs {
  name: string;
  /** The kind that follows from the inputs alone. Undefined: what exists decides. */
  kind: TargetKind | undefined;
  image: string | undefined;
  mergeVariables: boolean;
  secretsStrategy: Strategy | undefined;
  labelsStrategy: Strategy | undefined;
}

/** An input that has two names. Both may not be set. */
export function either<T>(
  inputs: InputReader,
  name: InputName,
  value: T | undefined,
  otherName: InputName,
  other: T | undefined,
): T | undefined {
  if (value !== undefined && other !== undefined)
    inputs.problem([name, otherName], 'expected only one of them, because they set the same thing');
  return value ?? other;
}

export function readTarget(inputs: InputReader, values: FunctionInputs): AskedInputs {
  const { image, target } = values;
  const name = either(inputs, 'name', values.name, 'service', values.service);
  if (image !== undefined && target !== undefined && !isOfImage(target))
    inputs.problem(['image', 'target'], `expected target: run-image, because ${target} is built from source`);
  if (image !== undefined && inputs.isSet('source_dir'))
    inputs.problem(['image', 'source_dir'], 'expected only one of them: an image is built already');
  if (target !== undefined && isOfImage(target) && image === undefined && !inputs.isSet('image'))
    inputs.missing('image');
  const merge = values.env_vars_update_strategy === 'merge';
  return {
    name: name ?? '',
    kind: target ?? (image === undefined ? undefined : 'run-image'),
    image,
    mergeVariables: merge && values.env_vars !== undefined,
    secretsStrategy: values.secrets_update_strategy,
    labelsStrategy: values.labels_update_strategy,
  };
}

const ofTheBuild = [
  'runtime',
  'entry_point',
  'build_environment_variables',
  'build_service_account',
  'build_worker_pool',
  'docker_repository',
] as const satisfies readonly InputName[];

/** A Cloud Run function gets its events from a trigger that is a resource of its own. */
export function refuseTrigger(
  inputs: InputReader,
  { image, kind }: Partial<Pick<AskedInputs, 'image' | 'kind'>>,
  type: string | undefined,
): void {
  if (type === undefined) return;
  if (image !== undefined)
    inputs.problem(['image', 'event_trigger_type'], 'expected only one of them: an image gets no events');
  else if (kind !== undefined && !isOfFunctions(kind))
    inputs.problem(
      ['target', 'event_trigger_type'],
      'expected only one of them: a Cloud Run function gets events through a trigger of Eventarc, which is not deployed here',
    );
}

/** An image is built already, so an input of the build would be ignored. */
export function refuseBuild(inputs: InputReader, image: string | undefined): void {
  if (image === undefined) return;
  for (const name of ofTheBuild)
    if (inputs.isSet(name))
      inputs.problem(['image', name], 'expected only one of them: an image is built already');
}
