import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectResource } from '../../sandbox/core/iam.ts';
import { grant } from '../../sandbox/core/policies.ts';
import { accountResource, addAccount } from '../../sandbox/identity/state.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { type PipelineState, pipelineState, type Script } from '../../sandbox/vertex/pipelines/state.ts';
import { pipeline } from '../../src/actions/pipeline/pipeline.ts';
import { pipelinePost } from '../../src/actions/pipeline/post.ts';
import type { Finished } from '../../src/runner/action.ts';
import { type Context, createContext } from '../../src/runner/context.ts';
import { createSecrets } from '../../src/runner/secrets.ts';

/** Vertex AI of the sandbox with an account for the tasks, and the action in this process. A pause takes no time, and moves the sandbox's clock. */
export interface PipelineWorld {
  sandbox: Sandbox;
  state: PipelineState;
  folder: string;
  /** What tasks of later jobs do. */
  tasks(scripts: Record<string, Script>): void;
  /** Runs the step. `env` is added to that of the runner. */
  run(inputs?: Record<string, string>, more?: RunMore): Promise<Ran>;
  stop(): Promise<void>;
}

interface RunMore {
  env?: Record<string, string | undefined>;
  signal?: AbortSignal;
  post?: Map<string, string>;
  onLine?: (line: string) => void;
}

export interface Ran extends Finished<'pipeline'> {
  lines: string[];
  saved: Map<string, string>;
}

export const trainer = 'trainer@sandbox-project.iam.gserviceaccount.com';

/** Time is that of the sandbox, and a pause moves it. */
export const clockOf = ({ world }: Sandbox): Context['clock'] => ({
  now: () => world.now(),
  steady: () => world.now(),
  sleep: async (milliseconds, signal) => {
    signal?.throwIfAborted();
    world.settings.clockOffsetMs += milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  },
});

export async function pipelineWorld(): Promise<PipelineWorld> {
  const sandbox = await startSandbox();
  const { world, env } = sandbox;
  const folder = mkdtempSync(join(tmpdir(), 'bs-pipeline-'));
  const examples = join(import.meta.dirname, '../../examples/pipeline');
  copyFileSync(join(examples, 'pipeline.yaml'), join(folder, 'pipeline.yaml'));
  const { email } = addAccount(world, trainer, 'Runs pipelines');
  const deployer = `serviceAccount:${env.SERVICE_ACCOUNT}`;
  grant(world.policies, projectResource(world), 'roles/aiplatform.user', deployer);
  grant(world.policies, accountResource(world, email), 'roles/iam.serviceAccountUser', deployer);
  const state = pipelineState(world);

  async function run(inputs: Record<string, string> = {}, more: RunMore = {}): Promise<Ran> {
    const lines: string[] = [];
    const saved = new Map<string, string>(more.post);
    const secrets = createSecrets(() => {});
    const say = (text: string) => {
      lines.push(secrets.redact(text));
      more.onLine?.(text);
    };
    const given = {
      ...{ pipeline_file: 'pipeline.yaml', parameters: 'pairs=gs://data/pairs.tsv' },
      ...{ pipeline_root: 'gs://models/runs', pipeline_service_account: trainer },
      workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER ?? '',
      service_account: env.SERVICE_ACCOUNT ?? '',
      ...{ project_id: sandbox.project, log_text: 'true', ...inputs },
    };
    const context = createContext(
      {
        ...env,
        ...{ GITHUB_WORKSPACE: folder, GITHUB_RUN_ID: '71', GITHUB_RUN_ATTEMPT: '1' },
        ...more.env,
        ...Object.fromEntries(
          Object.entries(given)
            .filter(([, value]) => value !== '')
            .map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
        ),
      },
      {
        log: { line: say, warning: say, debug: () => {}, detail: say },
        signal: more.signal ?? new AbortController().signal,
        secrets,
        saveState: (name, value) => void saved.set(name, value),
        state: (name) => saved.get(name) ?? '',
      },
    );
    context.clock = clockOf(sandbox);
    const finished = await (more.post ? pipelinePost : pipeline)(context);
    return { ...finished, lines, saved };
  }

  return {
    ...{ sandbox, state, folder, run },
    tasks: (scripts) => {
      state.scripts = scripts;
    },
    stop: async () => {
      rmSync(folder, { recursive: true, force: true });
      await sandbox.stop();
    },
  };
}
