import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { explain } from '../../src/domain/causes/explain.ts';
import type { FailureFacts } from '../../src/domain/errors/facts.ts';
import { type Mistake, mistakes } from '../domain/causes/mistakes.ts';
import { answers, DeployWorld, reportOf } from '../support/deploy-world.ts';

/**
 * The mistakes that Google answers a call of a deploy with: the answer comes over the wire, as google.rpc.Status with its details, and a
 * real process explains it. test/domain/causes rates the sentences of the same table.
 */

jest.setTimeout(300_000);

/** For a used-up quota, Google asks to wait longer than a call may take. So the run does not wait for it. */
const calls = mistakes.filter(({ facts }) => facts.kind === 'call');

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
});
afterAll(() => world.stop());

const type = (name: string) => `type.googleapis.com/google.rpc.${name}`;
const named: Record<number, string> = {
  400: 'FAILED_PRECONDITION',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  429: 'RESOURCE_EXHAUSTED',
};

/** Google's answer, with the details that the facts came from. */
function answerOf({ status = 400, message, statusName, ...facts }: FailureFacts) {
  const info = facts.reason || facts.permission || facts.metadata;
  const metadata = { ...facts.metadata, ...(facts.permission ? { permission: facts.permission } : {}) };
  const details = [
    ...(info
      ? [{ '@type': type('ErrorInfo'), reason: facts.reason, domain: 'googleapis.com', metadata }]
      : []),
    ...(facts.preconditions
      ? [{ '@type': type('PreconditionFailure'), violations: facts.preconditions }]
      : []),
    ...(facts.retryAfterMs
      ? [{ '@type': type('RetryInfo'), retryDelay: `${facts.retryAfterMs / 1000}s` }]
      : []),
    ...(facts.quotas ? [{ '@type': type('QuotaFailure'), violations: facts.quotas }] : []),
  ];
  return {
    status,
    body: { error: { code: status, message, status: statusName ?? named[status], details } },
  };
}

const files = { 'index.js': 'exports.ocr = () => {};', 'package.json': '{}', 'sandbox.json': answers('new') };

async function deployed(mistake: Mistake, index: number) {
  const name = `m${index}`;
  // Only the create of this function. Everything before it works.
  await world.fault({
    api: 'cloudfunctions',
    method: 'POST',
    path: `/functions?functionId=${name}`,
    times: 1000,
    fault: answerOf(mistake.facts),
  });
  return world.deploy({ name, source_dir: world.source(files), runtime: 'nodejs24', preflight: 'warn' });
}

test('the table has enough of these mistakes', () => {
  expect(calls.length).toBeGreaterThanOrEqual(24);
});

test.each(calls.map((mistake, index) => [mistake.name, mistake, index] as const))(
  '%s',
  async (_name, mistake, index) => {
    const run = await deployed(mistake, index);
    await world.clearFaults();
    const [error] = reportOf(run).errors as (ReturnType<typeof reportOf>['errors'][number] & {
      row?: string;
    })[];
    expect([run.code, error?.row]).toEqual([1, explain(mistake.facts)?.id]);
    expect(error?.what).toContain(mistake.facts.message.slice(0, 60));
    const inTable = (text = '') =>
      text.replaceAll(world.sandbox.project, 'acme-prod').replaceAll(`m${index}`, 'ocr');
    expect(inTable(error?.why)).toMatch(mistake.cause);
    expect(inTable([error?.fix, ...(error?.commands ?? [])].join('\n'))).toMatch(mistake.repair);
    for (const command of error?.commands ?? []) {
      expect(run.summary).toContain(command);
      expect(run.log).toContain(command.replace(/%/g, '%25'));
    }
  },
);
