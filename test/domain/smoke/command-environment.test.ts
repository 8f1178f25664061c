import { expect, test } from '@jest/globals';
import { commandEnvironment } from '../../../src/domain/smoke/command-environment.ts';

const none = () => false;

test('a command gets the usual variables and those that the user names, and nothing else', () => {
  const env = {
    ...{
      PATH: '/bin',
      HOME: '/h',
      LC_ALL: 'C',
      NODE_ENV: 'test',
      JAVA_HOME_21_X64: '/j',
      https_proxy: 'http://p:1',
    },
    ...{
      OCR_MODEL: 'a',
      GH_TOKEN: 't',
      NODE_AUTH_TOKEN: 't',
      BUNDLE_GITHUB__COM: 't',
      npm_config__auth: 't',
      NEW_SECRET: 't',
    },
  };
  expect(commandEnvironment(env, ['OCR_MODEL'], none)).toEqual({
    env: {
      PATH: '/bin',
      HOME: '/h',
      LC_ALL: 'C',
      NODE_ENV: 'test',
      JAVA_HOME_21_X64: '/j',
      https_proxy: 'http://p:1',
      OCR_MODEL: 'a',
    },
    withheld: ['BUNDLE_GITHUB__COM', 'GH_TOKEN', 'NEW_SECRET', 'NODE_AUTH_TOKEN', 'npm_config__auth'],
  });
});

test.each([
  [
    'a variable that the runner gives to actions, even if it is named',
    { INPUT_X: '1', ACTIONS_RUNTIME_TOKEN: '1', GITHUB_ENV: '/f' },
    ['INPUT_X', 'ACTIONS_RUNTIME_TOKEN', 'GITHUB_ENV'],
  ],
  ['a proxy with a password', { HTTPS_PROXY: 'http://user:pass@p:1' }, []],
  ['a usual variable whose value holds a secret', { DEBUG: 'secret' }, []],
])('it does not get %s', (_what, env, wanted) => {
  expect(commandEnvironment(env, wanted, (value) => value === 'secret')).toEqual({
    env: {},
    withheld: Object.keys(env).sort(),
  });
});
