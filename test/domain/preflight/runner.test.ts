import { expect, test } from '@jest/globals';
import { isHosted } from '../../../src/domain/preflight/runner.ts';

const hosted = { RUNNER_ENVIRONMENT: 'github-hosted' };
const own = { RUNNER_ENVIRONMENT: 'self-hosted' };

test.each([
  ['a machine of GitHub', hosted, { runner_environment: 'github-hosted' }, true],
  ['with data residency', { ...hosted, GITHUB_SERVER_URL: 'https://acme.ghe.com' }, undefined, true],
  ['a machine of the user', own, { runner_environment: 'self-hosted' }, false],
  [
    'a step that set the variable: the signed claim counts',
    hosted,
    { runner_environment: 'self-hosted' },
    false,
  ],
  ['a program that does not say where it runs', {}, { runner_environment: 'github-hosted' }, undefined],
  ['a login by an earlier step: no claims', hosted, undefined, true],
  [
    'GitHub Enterprise Server, which has no machines of GitHub',
    { GITHUB_SERVER_URL: 'https://git.acme.com' },
    undefined,
    false,
  ],
  [
    'a server that copies the variable',
    { ...hosted, GITHUB_SERVER_URL: 'https://git.acme.com' },
    undefined,
    false,
  ],
  ['act on a laptop', { ...hosted, ACT: 'true', GITHUB_SERVER_URL: 'https://github.com' }, undefined, false],
  ['Gitea', { ...hosted, GITEA_ACTIONS: 'true' }, undefined, false],
  ['Forgejo', { FORGEJO_ACTIONS: 'true' }, undefined, false],
  ['nothing tells', {}, {}, undefined],
  ['a value of the future', { RUNNER_ENVIRONMENT: 'moon' }, undefined, undefined],
])('%s', (_, env, claims, result) => {
  expect(isHosted(env, claims)).toBe(result);
});
