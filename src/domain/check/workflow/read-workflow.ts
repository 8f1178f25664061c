import { entriesOf, entryOf, itemsOf, nodeAt, textAt, type YamlMap, type YamlNode } from '../../yaml/node.ts';
import { embed } from '../files/embed.ts';
import { resolvePath } from '../files/repository.ts';
import type { Known, Lookup } from './expression.ts';
import type { Job, Step, StepInput, Workflow } from './model.ts';
import { eventsOf, inputsOf, permissionsOf, placeOf, usesOf } from './parts.ts';

/** What the reader asks about other files. */
export interface WorkflowFiles {
  text(path: string): string | undefined;
  /** The first document of a YAML file. Undefined if there is none or it was refused. */
  yaml(path: string): YamlNode | undefined;
}

const maxDepth = 5;

/** Reads one workflow. Steps of local composite actions stand in the place of the step that calls them. */
export function readWorkflow(file: string, files: WorkflowFiles): Workflow | undefined {
  const node = files.yaml(file);
  const source = files.text(file);
  if (node?.kind !== 'map' || source === undefined) return undefined;
  const workflow: Workflow = {
    file,
    node,
    source,
    events: eventsOf(node),
    permissions: permissionsOf(nodeAt(node, 'permissions')),
    jobs: [],
  };
  for (const { key, keyLine, keyColumn, value } of entriesOf(nodeAt(node, 'jobs')))
    if (value.kind === 'map')
      workflow.jobs.push(readJob(workflow, key, { file, line: keyLine, column: keyColumn }, value, files));
  return workflow;
}

function readJob(workflow: Workflow, id: string, at: Job['at'], node: YamlMap, files: WorkflowFiles): Job {
  const own = entryOf(node, 'permissions');
  const outer = entryOf(workflow.node, 'permissions');
  const set = own ?? outer;
  const environment = nodeAt(node, 'environment');
  const job: Job = {
    workflow,
    id,
    at,
    node,
    permissions: permissionsOf(own?.value) ?? workflow.permissions,
    permissionsAt: set && { file: workflow.file, line: set.keyLine, column: set.keyColumn },
    environment: environment?.kind === 'map' ? textAt(environment, 'name') : textAt(node, 'environment'),
    uses: usesOf(workflow.file, nodeAt(node, 'uses')),
    steps: [],
    callers: [],
    env: nodeAt(node, 'env'),
  };
  const env = merged(
    inputsOf(workflow.file, nodeAt(workflow.node, 'env'), lookupOf(new Map(), new Map())),
    inputsOf(workflow.file, job.env, lookupOf(new Map(), new Map())),
  );
  const place = { job, file: workflow.file, source: workflow.source, files, folders: [] as string[] };
  for (const step of itemsOf(nodeAt(node, 'steps')))
    if (step.kind === 'map') job.steps.push(...readSteps(step, env, new Map(), undefined, place));
  return job;
}

interface StepPlace {
  job: Job;
  file: string;
  source: string;
  files: WorkflowFiles;
  /** The composite actions that the step lies in. */
  folders: readonly string[];
}

function readSteps(
  node: YamlMap,
  outer: ReadonlyMap<string, StepInput>,
  inputs: ReadonlyMap<string, StepInput>,
  inside: Step | undefined,
  place: StepPlace,
): Step[] {
  const { job, file, source } = place;
  const lookup = lookupOf(outer, inputs);
  const env = merged(outer, inputsOf(file, nodeAt(node, 'env'), lookup));
  const run = nodeAt(node, 'run');
  const step: Step = {
    job,
    at: placeOf(file, node),
    node,
    uses: usesOf(file, nodeAt(node, 'uses')),
    run: run?.kind === 'text' ? embed(file, source, run) : undefined,
    script: undefined,
    with: inputsOf(file, nodeAt(node, 'with'), lookupOf(env, inputs)),
    env,
    inside,
  };
  return [step, ...compositeSteps(step, place)];
}

/** The steps of a composite action of this repository. */
function compositeSteps(step: Step, place: StepPlace): Step[] {
  const { uses, env } = step;
  const folder = uses?.name.startsWith('./') ? resolvePath('', uses.name) : undefined;
  if (folder === undefined || place.folders.includes(folder) || place.folders.length >= maxDepth) return [];
  const file = ['action.yml', 'action.yaml']
    .map((name) => (folder ? `${folder}/${name}` : name))
    .find((path) => place.files.text(path) !== undefined);
  const root = file === undefined ? undefined : place.files.yaml(file);
  if (file === undefined || textAt(root, 'runs', 'using') !== 'composite') return [];
  const inputs = new Map(step.with);
  for (const { key, value } of entriesOf(nodeAt(root, 'inputs'))) {
    const standard = nodeAt(value, 'default');
    if (!inputs.has(key) && standard?.kind === 'text')
      inputs.set(key, {
        text: standard.text,
        known: standard.text.includes('${{') ? undefined : standard.text,
        at: placeOf(file, standard),
        node: standard,
      });
  }
  const inner = { ...place, file, source: place.files.text(file) ?? '', folders: [...place.folders, folder] };
  return itemsOf(nodeAt(root, 'runs', 'steps')).flatMap((node) =>
    node.kind === 'map' ? readSteps(node, env, inputs, step, inner) : [],
  );
}

/** `env.X` and `inputs.X` as far as the file says what they are. */
export function lookupOf(
  env: ReadonlyMap<string, StepInput>,
  inputs: ReadonlyMap<string, StepInput>,
): Lookup {
  return (name): Known => {
    const [space, key, ...rest] = name.split('.');
    if (rest.length > 0 || key === undefined) return undefined;
    if (space === 'env') return env.get(key)?.known;
    if (space === 'inputs') return inputs.get(key)?.known;
    return undefined;
  };
}

const merged = (...maps: readonly ReadonlyMap<string, StepInput>[]): ReadonlyMap<string, StepInput> =>
  new Map(maps.flatMap((map) => [...map]));
