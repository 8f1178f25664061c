import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type PipelineWorld, pipelineWorld, trainer } from '../../support/pipeline-world.ts';

/**
 * The Python SDK of Vertex AI as a second client of the sandbox. It needs 299 MB, so CI does not install it:
 * `python3 -m venv ~/.cache/backstay-peers/vertex && ~/.cache/backstay-peers/vertex/bin/pip install google-cloud-aiplatform==2.7.0 PyYAML`.
 */

jest.setTimeout(300_000);
const python = [
  join(homedir(), '.cache/backstay-peers/vertex/bin/python'),
  process.env.VERTEX_PYTHON ?? '',
].find((path) => path !== '' && existsSync(path));
if (!python)
  console.warn('Skipped: the Python SDK of Vertex AI, which is too large to be installed for this test.');

let w: PipelineWorld;
beforeAll(async () => {
  w = await pipelineWorld();
});
afterAll(() => w?.stop());

(python ? test : test.skip)(
  'the SDK makes a job from our compiled file, and reads every message of the sandbox',
  async () => {
    w.state.usual = 60_000;
    // A login, whose token the SDK then uses.
    const token = readFileSync(w.sandbox.env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string, 'utf8');
    const child = spawn(python as string, [join(import.meta.dirname, 'vertex.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ask = {
      ...{ token, account: trainer, project: w.sandbox.project },
      ...{ url: w.sandbox.world.urls.get('aiplatform'), file: join(w.folder, 'pipeline.yaml') },
    };
    child.stdin.end(`${JSON.stringify(ask)}\n`);
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) lines.push(line);
    const seen = JSON.parse(lines.at(-1) ?? '{}');
    expect(seen.name).toMatch(/^projects\/\d+\/locations\/us-central1\/pipelineJobs\/sdk-1$/);
    expect(seen.listed).toEqual([seen.name]);
    expect(seen.made).toBe('PIPELINE_STATE_PENDING');
    expect(seen.whole.parameterValues).toMatchObject({ pairs: 'gs://b/p' });
    expect(w.state.jobs.get(seen.name)?.cancelledAt).toBeDefined();
  },
);
