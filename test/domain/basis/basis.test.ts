import { describe, expect, test } from '@jest/globals';
import { basisOf, isPlain } from '../../../src/domain/basis/basis.ts';
import { basisFindings } from '../../../src/domain/basis/findings.ts';
import { basisSentences } from '../../../src/domain/basis/sentences.ts';

const here = { logsInHere: true };
const told = (env: Record<string, string>, chosen: Parameters<typeof basisOf>[1] = here) => {
  const basis = basisOf(env, chosen);
  return { sentences: basisSentences(basis), rules: basisFindings(basis).map(({ rule }) => rule) };
};

describe('what a verdict relies on besides Google', () => {
  test.each([
    {},
    { GHA_ENDPOINT_OVERRIDE_run: '' },
    { GHA_ENDPOINT_OVERRIDE_run: 'https://run.googleapis.com/v2' },
    { GHA_ENDPOINT_OVERRIDE_run: 'https://us-central1-run.googleapis.com' },
    { GOOGLE_CLOUD_UNIVERSE_DOMAIN: 'googleapis.com', GOOGLE_APPLICATION_CREDENTIALS: '/unused.json' },
  ])('Google alone: %j', (env) => {
    expect(isPlain(basisOf(env, here))).toBe(true);
  });

  test.each([
    [
      {
        GHA_ENDPOINT_OVERRIDE_run: 'https://run.evil.example/v2',
        GHA_ENDPOINT_OVERRIDE_iam: 'https://run.evil.example/v1',
      },
      'iam, run answer at run.evil.example, not at Google (GHA_ENDPOINT_OVERRIDE_*).',
      ['foreign-endpoint'],
    ],
    [
      { GHA_ENDPOINT_OVERRIDE_run: 'http://127.0.0.1:8080/v2' },
      'run answers at 127.0.0.1 (this machine), not at Google (GHA_ENDPOINT_OVERRIDE_*).',
      [],
    ],
    [
      { CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN: 'https://other.example/' },
      'run answers for gcloud at other.example, not at Google (CLOUDSDK_API_ENDPOINT_OVERRIDES_*).',
      [],
    ],
    [
      { GOOGLE_CLOUD_UNIVERSE_DOMAIN: 'evil.example' },
      'The universe is evil.example, not googleapis.com (set by GOOGLE_CLOUD_UNIVERSE_DOMAIN of an earlier step).',
      ['foreign-endpoint'],
    ],
    [
      { HTTPS_PROXY: 'http://user:secret@proxy.corp:3128' },
      'Calls go through the proxy proxy.corp:3128 (HTTPS_PROXY).',
      [],
    ],
    [{ https_proxy: '10.0.0.1:8080' }, 'Calls go through the proxy 10.0.0.1:8080 (https_proxy).', []],
    [
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      'Certificates are not checked (NODE_TLS_REJECT_UNAUTHORIZED=0), so any server can answer in the name of Google.',
      ['certificates-not-checked'],
    ],
    [{ NODE_EXTRA_CA_CERTS: '/ca.pem' }, 'Certificates of NODE_EXTRA_CA_CERTS are trusted as well.', []],
    [
      { NODE_OPTIONS: '--require /x.js' },
      'NODE_OPTIONS is set, so an earlier step may have added code to this action.',
      [],
    ],
  ] as [Record<string, string>, string, string[]][])('%j', (env, sentence, rules) => {
    expect(told(env)).toEqual({ sentences: [sentence], rules });
    expect(isPlain(basisOf(env, here))).toBe(false);
  });

  test('a universe that this step names is reported, but is not a finding', () => {
    expect(told({}, { logsInHere: true, universe: 'example.goog' })).toEqual({
      sentences: ['The universe is example.goog, not googleapis.com (set by the input universe).'],
      rules: [],
    });
  });

  test('the credentials file of an earlier step counts only if this step does not log in itself', () => {
    const env = { GOOGLE_APPLICATION_CREDENTIALS: '/w/gha-creds.json' };
    expect(told(env).sentences).toEqual([]);
    expect(told(env, { logsInHere: false }).sentences).toEqual([
      'An earlier step wrote the credentials file of the login: /w/gha-creds.json.',
    ]);
  });
});
