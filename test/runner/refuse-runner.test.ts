import { expect, test } from '@jest/globals';
import { refuseUnsafeRunner } from '../../src/runner/refuse-runner.ts';

test.each([['24.0.0'], ['24.21.0'], ['26.1.0']])('Node %s may run the actions', (node) => {
  expect(() => refuseUnsafeRunner({}, node)).not.toThrow();
});

test.each([['16.20.2'], ['20.20.2'], ['22.18.0']])('Node %s is refused, with what to do', (node) => {
  expect(() => refuseUnsafeRunner({}, node)).toThrow(
    expect.objectContaining({
      code: 'runner-node',
      what: expect.stringContaining(`Node ${node}`),
      fix: expect.stringContaining('node:24'),
    }),
  );
});

test('commands on standard output that change the environment are refused', () => {
  const env = { ACTIONS_ALLOW_UNSECURE_COMMANDS: 'true' };
  expect(() => refuseUnsafeRunner(env, '24.0.0')).toThrow('ACTIONS_ALLOW_UNSECURE_COMMANDS');
});
