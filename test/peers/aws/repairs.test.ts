import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startCloudWatch } from '../../../sandbox/monitors/cloudwatch.ts';
import { createSageMakerPipelines } from '../../../src/aws/sagemaker.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { createClock } from '../../../src/runner/clock.ts';
import { createCloudWatch } from '../../../src/sli/cloudwatch/source.ts';
import { jobToken, role } from '../../support/aws-job.ts';
import { awsScenes } from './scenes.ts';

/**
 * A look at CloudWatch, or the start of a pipeline, fails and prints a repair. Exactly this text is pasted into a shell with a real `aws`, and the same look
 * succeeds. The whole state of the account is compared: nothing was widened, lost or taken away.
 */

jest.setTimeout(300_000);

const region = 'eu-central-1';
const hasAws = spawnSync('aws', ['--version']).status === 0;

let aws: Awaited<ReturnType<typeof startCloudWatch>>;
beforeEach(async () => {
  aws = await startCloudWatch({ region, now: Date.now });
});
afterEach(async () => {
  closeConnections();
  await aws.close();
});

const world = () => ({
  clock: createClock(),
  env: { AWS_ENDPOINT_URL: aws.url },
  sandbox: true,
  userAgent: 'test',
  mask: () => undefined,
  identityToken: async (audience: string) => jobToken(audience),
});

/** Starts a pipeline, with a login of its own. */
async function start(): Promise<void> {
  const job = { pipeline: 'training', parameters: [], displayName: 'run', token: () => 'a'.repeat(32) };
  const pipelines = createSageMakerPipelines({
    text: true,
    redact: (text) => text,
    world: world(),
    region,
    role,
    job,
  });
  await pipelines.open(1, new AbortController().signal);
}

/** One look, with a login of its own. */
const look = () =>
  createCloudWatch({
    settings: {
      selection: { family: 'http-api', dimensions: { ApiId: 'a1b2' } },
      ...{ region, role, delayMs: 180_000 },
    },
    world: world(),
  }).ready?.({ service: 'ocr' } as never);

/** Pastes text into the shell of an administrator of the account. */
async function paste(text: string): Promise<{ code: number | null; output: string; errors: string }> {
  const admin = aws.addKeys(undefined);
  const child = spawn('bash', ['--norc', '-e', '-o', 'pipefail', '-c', text], {
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: admin.id,
      AWS_SECRET_ACCESS_KEY: admin.secret,
      AWS_PAGER: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const shell = { code: null as number | null, output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    shell.output += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    shell.errors += part;
  });
  [shell.code] = (await once(child, 'close')) as [number | null];
  return shell;
}

(hasAws ? test : test.skip).each(awsScenes.map((scene) => [scene.from, scene] as const))(
  '%s: fail, paste, succeed',
  async (_, { arrange, does, why, came, change }) => {
    const act = async () => (does ? start() : look());
    aws.sagemaker.pipelines.set('training', { parameters: {}, steps: [] });
    arrange(aws.identity);
    const error = await act().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ why: expect.stringMatching(why) });
    const { commands = [] } = error as { commands?: string[] };
    expect(commands).toHaveLength(1);
    const before = aws.identity.lines();
    const shell = await paste(commands.join('\n'));
    expect(shell).toMatchObject({ code: 0, errors: '' });
    const after = aws.identity.lines();
    expect(before.filter((line) => !after.includes(line))).toEqual([]);
    const added = after.filter((line) => !before.includes(line));
    expect(added).toEqual(came.map((line) => expect.stringMatching(line)));
    change?.(shell.output, aws.identity);
    await act();
  },
);
