import { spawn, spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startCloudWatch } from '../../../sandbox/monitors/cloudwatch.ts';
import { createSageMakerPipelines } from '../../../src/aws/sagemaker.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/**
 * Second opinions about pipelines of SageMaker: AWS' own library talks to our stand-in, and our client to moto. moto takes any signature, has no
 * steps and no idempotency, so it says only whether our request starts a pipeline as we meant it.
 */

jest.setTimeout(300_000);
const python = [join(homedir(), '.cache/backstay-peers/bin/python'), 'python3'].find(
  (one) => spawnSync(one, ['-c', 'import boto3, moto.server']).status === 0,
);
if (!python)
  console.warn(
    'Skipped: boto3 and moto are missing, so nobody else looks at SageMaker. `.ci/run` installs them.',
  );
const region = 'eu-central-1';
const script = join(import.meta.dirname, 'sagemaker.py');

let aws: Awaited<ReturnType<typeof startCloudWatch>>;
beforeAll(async () => {
  aws = await startCloudWatch({ region, now: Date.now });
});
afterAll(async () => {
  closeConnections();
  await aws.close();
});

/** Runs the script, writes it lines as they are asked for, and returns what it prints. */
async function talk(
  mode: string,
  first: object,
  answer?: (line: string) => Promise<object>,
): Promise<string> {
  const child = spawn(python as string, [script, mode], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${JSON.stringify(first)}\n`);
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (answer && lines.length === 1) child.stdin.write(`${JSON.stringify(await answer(line))}\n`);
  }
  return lines.at(-1) ?? '';
}

(python ? describe : describe.skip)('pipelines of SageMaker', () => {
  test('boto3 starts one execution by three calls, and reads every shape of our stand-in', async () => {
    aws.sagemaker.pipelines.set('ocr-correction', {
      parameters: { Data: null },
      steps: [
        { name: 'Prepare', kind: 'Processing', milliseconds: 0 },
        { name: 'Train', kind: 'Training', milliseconds: 0, metrics: { 'validation:cer': 0.021 } },
        { name: 'Register', kind: 'RegisterModel', milliseconds: 0 },
      ],
    });
    const { id, secret } = aws.addKeys(undefined);
    const seen = JSON.parse(await talk('client', { url: aws.url, region, id, secret }));
    expect(seen).toMatchObject({
      status: 'Succeeded',
      steps: [
        ['Prepare', 'Succeeded'],
        ['Train', 'Succeeded'],
        ['Register', 'Succeeded'],
      ],
      metrics: [['validation:cer', 0.021]],
      errors: ['ConflictException', 'ResourceNotFound'],
    });
    expect(Math.abs(seen.created * 1000 - Date.now())).toBeLessThan(60_000);
    expect(aws.sagemaker.executions.size).toBe(1);
  });

  test('our client starts a pipeline in moto with the name and the parameters that we mean', async () => {
    const keys = { id: 'AKIDEXAMPLE', secret: 'x' };
    const seen = await talk('moto', { region, ...keys }, async (line) => {
      const { url } = JSON.parse(line) as { url: string };
      const pipelines = createSageMakerPipelines({
        text: true,
        redact: (text) => text,
        world: {
          clock: new VirtualClock(Date.now()),
          env: { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret },
          ...{ sandbox: true, userAgent: 'test', mask: () => {}, identityToken: async () => 'token' },
        },
        ...{ region, role: undefined },
        job: {
          pipeline: 'ocr-correction',
          parameters: [{ Name: 'Epochs', Value: '5' }],
          displayName: 'run-0123456789abcdef0123',
          token: () => 't'.repeat(58),
        },
      });
      const { name } = await pipelines.open(1, new AbortController().signal);
      return { arn: name };
    });
    expect(JSON.parse(seen)).toEqual({
      name: 'run-0123456789abcdef0123',
      parameters: [{ Name: 'Epochs', Value: '5' }],
    });
  });
});
