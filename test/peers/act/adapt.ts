import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, parse, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';

/**
 * The one place that says how a published workflow differs when it runs here: names of the sandbox instead of those of
 * `acme`, waits of a second instead of minutes, and a login for a snippet that follows one.
 */

const root = join(import.meta.dirname, '../../..');

/** Waits that a release or a watch would spend without users. */
const waits: Record<string, string> = {
  step_duration: '1s',
  duration: '1s',
  verify_duration: '1s',
  poll_interval: '1s',
};

export interface Names {
  project: string;
  region: string;
  env: Record<string, string>;
  /** Leaves the waits that the workflow itself sets. */
  keepWaits?: boolean;
}

function rename(text: string, { project, region, env }: Names): string {
  return (
    text
      .replace(
        /projects\/\d+\/locations\/global\/workloadIdentityPools\/[\w-]+\/providers\/[\w-]+/g,
        env.WORKLOAD_IDENTITY_PROVIDER ?? '',
      )
      .replace(/\b(deployer|reader|planner|invoker)@[\w-]+\.iam\.gserviceaccount\.com/g, (_, who: string) => {
        if (who === 'deployer') return env.SERVICE_ACCOUNT ?? '';
        // The sandbox has one account that only reads.
        const name = who === 'planner' ? 'READER' : who.toUpperCase();
        return env[`${name}_SERVICE_ACCOUNT`] ?? '';
      })
      // The registry of the sandbox is a server of its own.
      .replace(/\b[a-z0-9-]+-docker\.pkg\.dev\b/g, new URL(env.GHA_ENDPOINT_OVERRIDE_registry ?? '').host)
      .replace(/\b(acme-prod|my-project)\b/g, project)
      // Several regions stay as many as they are. The sandbox serves each.
      .replace(/^(?!\s*(skip_)?regions:).*$/gm, (line) =>
        line.replace(/\b(europe-west1|asia-northeast3|us-central1)\b/g, region),
      )
  );
}

/** The inputs that an action of this project declares, or undefined for `uses` of others. */
function declared(uses: string): string[] | undefined {
  const [, path = ''] = /^backstay-release\/backstay(?:\/(actions\/[\w-]+))?@/.exec(uses) ?? [];
  const file = join(root, path, 'action.yml');
  if (!uses.startsWith('backstay-release/') || uses.includes('/workflows/') || !existsSync(file))
    return undefined;
  return Object.keys((parse(readFileSync(file, 'utf8')) as { inputs: object }).inputs);
}

/** The inputs of a reusable workflow of this project, or undefined for others. */
function inputsOfWorkflow(uses: string): string[] | undefined {
  const [, path] = /^backstay-release\/backstay\/(\.github\/workflows\/[\w.-]+)@/.exec(uses) ?? [];
  if (!path) return undefined;
  const workflow = parse(readFileSync(join(root, path), 'utf8')) as {
    on: { workflow_call: { inputs: object } };
  };
  return Object.keys(workflow.on.workflow_call.inputs);
}

/** Sets the waits among the inputs that a job gives to a reusable workflow. */
function adaptCall(document: Document, job: YAMLMap): void {
  const inputs = inputsOfWorkflow(String(job.get('uses')));
  if (!inputs) return;
  if (!job.has('with')) job.set('with', document.createNode({}));
  for (const [name, value] of Object.entries(waits))
    if (inputs.includes(name)) (job.get('with') as YAMLMap).set(name, value);
}

function adaptJob(document: Document, job: YAMLMap, { env, keepWaits }: Names): void {
  const steps = job.get('steps') as YAMLSeq<YAMLMap> | undefined;
  if (!steps) {
    adaptCall(document, job);
    return;
  }
  // A snippet of steps stands for a job that has checked out its repository.
  const isSnippet = job.get('name') === 'Snippet';
  if (isSnippet && !steps.items.some((step) => String(step.get('uses')).startsWith('actions/checkout@')))
    steps.items.unshift(document.createNode({ uses: 'actions/checkout@v5' }) as YAMLMap);
  const login = {
    workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER,
    service_account: env.SERVICE_ACCOUNT,
  };
  let loggedIn = false;
  for (const [at, step] of [...steps.items].entries()) {
    const uses = String(step.get('uses') ?? '');
    const inputs = declared(uses);
    if (!inputs) continue;
    if (!step.has('with')) step.set('with', document.createNode({}));
    const own = step.get('with') as YAMLMap;
    for (const [name, value] of Object.entries(waits))
      if (inputs.includes(name) && !own.has('replay') && !(keepWaits && own.has(name))) own.set(name, value);
    const needsNone =
      !inputs.includes('workload_identity_provider') ||
      ['workload_identity_provider', 'command', 'replay'].some((name) => own.has(name)) ||
      own.get('provider') === 'sagemaker' ||
      String(own.get('url')).startsWith('http://127.0.0.1');
    if (!needsNone && !loggedIn) {
      if (uses.includes('/auth@')) for (const [name, value] of Object.entries(login)) own.set(name, value);
      else
        steps.items.splice(
          at,
          0,
          document.createNode({ uses: 'backstay-release/backstay/actions/auth@v1', with: login }) as YAMLMap,
        );
      loggedIn = true;
    }
    if (uses.includes('/auth@')) loggedIn = true;
  }
  if (
    isSnippet &&
    steps.items.some((step) => (step.get('with') as YAMLMap | undefined)?.has('workload_identity_provider'))
  )
    job.set('permissions', document.createNode({ contents: 'read', 'id-token': 'write' }));
  // The reports lie in RUNNER_TEMP, which act removes at the end of the job.
  const keep = { if: 'always()', run: 'cp "$RUNNER_TEMP"/backstay-*.json "$KEPT"/ 2>/dev/null || true' };
  steps.add(document.createNode(keep) as YAMLMap);
}

export function adapt(text: string, names: Names): string {
  const document = parseDocument(rename(text, names));
  const jobs = document.get('jobs') as YAMLMap<unknown, YAMLMap>;
  for (const { value } of jobs.items) if (value) adaptJob(document, value, names);
  return document.toString({ lineWidth: 0 });
}
