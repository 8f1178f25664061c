import type { Json } from '../data/json.ts';
import { formatBytes } from '../source/manifest.ts';
import type { Change, DeployPlan } from './plan.ts';

const icons = { add: '+', change: '~', remove: '-' } as const;

/** Values of environment variables should not be secrets, but some are, so the log shows only their length. */
const privateValue = /[eE]nvironmentVariables\./;

/** The report shows this in place of the value of an environment variable. */
export const hidden = '(hidden)';

function show(change: Change, value: Json | undefined): string {
  if (value === undefined) return 'unset';
  if (value === hidden) return hidden;
  if (privateValue.test(change.path) && typeof value === 'string')
    return `(${value.length} ${value.length === 1 ? 'character' : 'characters'})`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

export function changeLine(change: Change): string {
  const { path, kind, before, after } = change;
  if (kind === 'add') return `${icons[kind]} ${path} = ${show(change, after)}`;
  if (kind === 'remove') return `${icons[kind]} ${path} (was ${show(change, before)})`;
  const [was, now] = [show(change, before), show(change, after)];
  return `${icons[kind]} ${path}: ${was === now ? 'another value' : `${was} -> ${now}`}`;
}

const short = (digest: string | undefined) => (digest ? digest.slice(0, 12) : 'unknown');

/** The plan as lines for the log: function, source, service and IAM. */
export function planLines(plan: DeployPlan): string[] {
  const { source } = plan;
  const size = source.image ?? `${source.files} files, ${formatBytes(source.bytes)}`;
  const word = contentWord(plan).padEnd(10);
  return [
    ...plan.changes.map((change) => `${source.image ? 'service ' : 'function'}  ${changeLine(change)}`),
    source.changed
      ? `${word}~ ${source.before ? `${short(source.before)} -> ` : ''}${short(source.after)} (${size})`
      : `${word}  ${short(source.after)}, unchanged (${size})`,
    ...modelLines(plan),
    ...plan.service.map((line) => `service   ${line}`),
    ...plan.iam.map((line) => `iam       ${line}`),
  ];
}

function modelLines({ model }: DeployPlan): string[] {
  if (model === undefined) return [];
  if (!model.changed) return [`model       ${model.after}, unchanged`];
  if (model.before === model.after) return [`model     ~ ${model.after}, with other bytes`];
  return [`model     ~ ${model.before === undefined ? '' : `${model.before} -> `}${model.after}`];
}

/** What is deployed, in one word. */
export const contentWord = ({ source }: Pick<DeployPlan, 'source'>): 'image' | 'source' =>
  source.image === undefined ? 'source' : 'image';

/** The plan in one sentence. */
export function planSentence(plan: DeployPlan): string {
  const content = contentWord(plan);
  const thing = content === 'image' ? 'service' : 'function';
  if (plan.action === 'unchanged')
    return `Nothing to do: the serving revision already has this ${content} and configuration.`;
  if (plan.action === 'reuse')
    return `Builds nothing: the newest revision already has this ${content} and configuration, but gets no traffic yet.`;
  if (plan.action === 'create')
    return `Creates the ${thing} from ${plan.source.image ?? `${plan.source.files} files`}.`;
  const fields = plan.changes.length;
  const what = [
    plan.source.changed ? `the ${content}` : '',
    fields > 0 ? `${fields} ${fields === 1 ? 'setting' : 'settings'}` : '',
  ]
    .filter(Boolean)
    .join(' and ');
  return `Updates the ${thing}: ${what || `a new ${content === 'image' ? 'revision of the same image' : 'build of the same source'}`}.`;
}

/**
 * The plan for the report, without the values of environment variables: more people can read a report than the
 * settings of a function.
 */
export function planWithoutValues(plan: DeployPlan): DeployPlan {
  const hide = (value: Json | undefined) => (value === undefined ? undefined : hidden);
  return {
    ...plan,
    message: {},
    changes: plan.changes.map((change) =>
      privateValue.test(change.path)
        ? { ...change, before: hide(change.before), after: hide(change.after) }
        : change,
    ),
  };
}
