import { describe, expect, test } from '@jest/globals';
import { ReleaseError } from '../../src/domain/errors/errors.ts';
import { type InputProblem, inputProblemText } from '../../src/domain/report/input-problem.ts';
import type { ActionName } from '../../src/domain/report/report.ts';
import { InputReader } from '../../src/inputs/reader.ts';

const reader = (inputs: Record<string, string>, masked: string[] = []) =>
  new InputReader(
    Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    (value) => masked.push(value),
  );

/** The problems that an action reports for these inputs. */
function problems(action: ActionName, inputs: Record<string, string>): string[] {
  const given = reader(inputs);
  given.of(action);
  try {
    given.done();
  } catch (error) {
    expect(error).toBeInstanceOf(ReleaseError);
    expect((error as ReleaseError).code).toBe('input-invalid');
    return ((error as ReleaseError).evidence as { problems: InputProblem[] }).problems.map(inputProblemText);
  }
  return [];
}

test('every problem is reported at once, each with the input, the value and what was expected', () => {
  const given = reader({
    region: 'Us Central',
    duration: 'soon',
    slo: '105%',
    dry_run: 'yes',
    guard_mode: 'fix',
  });
  given.of('release');
  expect(() => given.done()).toThrow(ReleaseError);
  try {
    given.done();
  } catch (error) {
    for (const part of [
      '6 inputs are wrong',
      'name: missing: expected the name of a function',
      'region: "Us Central": expected a region such as us-central1',
      'duration: "soon": expected a duration such as 90s, 10m or 30d',
      'slo: "105%": expected a percentage',
      'dry_run: "yes": expected true or false',
      'guard_mode: "fix": expected one of enforce, verify',
    ])
      expect((error as Error).message).toContain(part);
  }
});

test.each([
  ['release', 'propagation_timeout', '30d', '0s to 60m'],
  ['deploy', 'propagation_timeout', '30d', '0s to 60m'],
  ['guard', 'propagation_timeout', '30d', '0s to 60m'],
  ['smoke-test', 'propagation_timeout', '30d', '0s to 60m'],
  ['auth', 'propagation_timeout', '30d', '0s to 60m'],
  ['release', 'poll_interval', '6m', '1s to 5m'],
  ['watch', 'poll_interval', '0s', '1s to 5m'],
  ['rollback', 'verify_duration', '2h', '0s to 60m'],
  ['watch', 'budget_window', '59m', '1h to 366d'],
  ['deploy', 'deploy_timeout', '7h', '1s to 6h'],
  ['deploy', 'service_timeout', '61m', '1s to 60m'],
] as const)('%s refuses %s %s', (action, name, value, range) => {
  const where: Record<string, string> = action === 'auth' ? {} : { name: 'ocr', region: 'us-central1' };
  expect(problems(action, { ...where, [name]: value })).toEqual([`${name}: "${value}": expected ${range}`]);
});

test('an empty input counts as not set, and what is set is kept for the report', () => {
  const given = reader({ name: 'ocr', region: '  ', canary: '10%' });
  const values = given.of('release');
  given.done();
  expect(values.region).toBe('us-central1');
  expect(values.canary).toEqual([10, 100]);
  expect(given.isSet('region')).toBe(false);
  expect(given.given).toEqual({ name: 'ocr', canary: '10%' });
});

test('a default may differ from action to action', () => {
  expect(reader({}).of('release').on_exhausted).toBe('block');
  expect(reader({}).of('watch').on_exhausted).toBe('warn');
  expect(reader({}).of('guard').propagation_timeout).toBe(420);
  expect(reader({}).of('auth').propagation_timeout).toBe(30);
});

test.each([
  ['functions/ocr', 'functions/ocr'],
  ['.\\functions\\ocr', './functions/ocr'],
  ['C:\\work\\ocr', 'C:/work/ocr'],
  ['functions\\한글/ocr', 'functions/한글/ocr'],
])('the path %s is %s on every runner', (given, path) => {
  expect(reader({ name: 'ocr', source_dir: given }).of('deploy').source_dir).toBe(path);
});

test.each([
  ['release', {}],
  ['deploy', {}],
  ['guard', {}],
  ['rollback', {}],
  ['watch', { slo: '99%' }],
  ['smoke-test', {}],
] as const)('%s looks in the same region as the others if none is given', (action, more) => {
  expect(problems(action, { name: 'ocr', ...more })).toEqual([]);
  expect(reader({ name: 'ocr', ...more }).of(action).region).toBe('us-central1');
});

test('one process reads the inputs of one action', () => {
  const given = reader({});
  given.of('guard');
  expect(() => given.of('watch')).toThrow('guard');
});

describe('values stay out of messages and reports', () => {
  const secret = 'hunter2-correct-horse';
  /** For each action, an input with a secret in a place where reading it fails, and where it succeeds. */
  test.each([
    ['deploy', 'environment_variables', `DB_PASSWORD=${secret},${secret}`, `DB_PASSWORD=${secret}`],
    ['deploy', 'environment_variables', `A=1,${secret}=1,${secret}=2`, `DB_PASSWORD="${secret},"`],
    ['deploy', 'build_environment_variables', `1${secret}=x`, `TOKEN=${secret}`],
    ['deploy', 'secrets', `API_KEY=:${secret}`, `API_KEY=one:1`],
    ['deploy', 'secrets', `${secret}`, `API_KEY=one:1`],
    ['deploy', 'labels', `team=${secret.toUpperCase()}`, 'team=vision'],
    ['smoke-test', 'command', `"serve --token=${secret}`, `serve --token=${secret}`],
    ['smoke-test', 'url', `https://user:${secret}@host/`, 'https://host/path'],
    ['smoke-test', 'expired_token', `Bearer ${secret}`, `a.b.${secret}`],
    ['watch', 'prometheus_url', `https://user:${secret}@host/?x`, `https://user:${secret}@host/`],
    ['watch', 'prometheus_token', 'x'.repeat(9000), secret],
    ['release', 'github_token', 'x'.repeat(9000), secret],
    ['guard', 'probe_urls', `ftp://user:${secret}@host`, `https://user:${secret}@host`],
  ] as const)('%s: %s', (action, name, wrong, right) => {
    const common = { name: 'ocr', region: 'us-central1' };
    const failed = problems(action, { ...common, [name]: wrong }).filter((text) =>
      text.startsWith(`${name}:`),
    );
    expect(failed).toHaveLength(1);
    const given = reader({ ...common, [name]: right });
    given.of(action);
    given.done();
    const reported = reader({ ...common, [name]: wrong });
    reported.of(action);
    const all = JSON.stringify([failed, given.given, reported.given]).toLowerCase();
    expect(all).not.toContain(secret);
    expect(all).not.toContain('xxxx');
    expect(given.given[name]).toBeDefined();
  });

  test('keys of a map are shown, values are not', () => {
    const given = reader({ name: 'ocr', environment_variables: 'A=1,B=2', secrets: 'API_KEY=one:1' });
    given.of('deploy');
    expect(given.given).toMatchObject({
      environment_variables: 'A, B (values hidden)',
      secrets: 'API_KEY (values hidden)',
    });
  });

  test('a long value is counted and not quoted, since a piece of a secret is a secret', () => {
    expect(problems('release', { name: 'ocr', duration: 'x'.repeat(500) })).toEqual([
      'duration: a value of 500 characters: expected a duration such as 90s, 10m or 30d',
    ]);
  });

  test('a secret is masked as soon as it is read', () => {
    const masked: string[] = [];
    reader({ github_token: 'gh-token-of-the-job', prometheus_token: 'bearer-of-grafana' }, masked).of(
      'release',
    );
    expect(masked).toEqual(['bearer-of-grafana', 'gh-token-of-the-job']);
  });

  test('every action refuses a key, masks it and prints nothing of it', () => {
    const key = '{"private_key":"MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSi"}';
    for (const action of ['release', 'auth', 'deploy', 'guard', 'smoke-test', 'watch', 'rollback'] as const) {
      const masked: string[] = [];
      const given = reader({ credentials_json: key }, masked);
      expect(() => given.of(action)).toThrow(expect.objectContaining({ code: 'login-key-refused' }));
      expect(masked).toEqual(['MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSi']);
      expect(JSON.stringify(given.given)).not.toContain('MIIE');
      expect(() => reader({ credentials_json: key }).of(action)).toThrow(
        /workload identity provider.*gcloud iam service-accounts keys delete/,
      );
    }
  });
});

describe('an input that the action does not declare', () => {
  const common = { name: 'ocr', region: 'us-central1' };
  test.each([
    ['release', 'entrypoint', 'not an input of this action; did you mean entry_point?'],
    ['release', 'entry-point', 'not an input of this action; did you mean entry_point?'],
    ['release', 'canray', 'not an input of this action; did you mean canary?'],
    ['deploy', 'set_env_vars', 'not an input of this action; it is called environment_variables here'],
    ['release', 'available_memory', 'not an input of this action; it is called memory here'],
    ['release', 'max-instances', 'not an input of this action; it is called max_instance_count here'],
    ['guard', 'project', 'not an input of this action; it is called project_id here'],
    ['guard', 'regoin', 'not an input of this action; did you mean region?'],
    [
      'release',
      'event_trigger_type',
      'not an input of this action; backstay-release/backstay/actions/deploy takes it',
    ],
    [
      'release',
      'suite',
      'not an input of this action; backstay-release/backstay/actions/smoke-test and backstay-release/backstay/actions/capacity and backstay-release/backstay/actions/doctor take it',
    ],
  ] as const)('%s: %s', (action, name, expected) => {
    expect(problems(action, { ...common, [name]: 'x' })).toEqual([`${name}: ${expected}`]);
  });

  test('without a similar name, the message says what to do', () => {
    const [problem] = problems('release', { name: 'ocr', favourite_colour: 'green' });
    expect(problem).toMatch(/^favourite_colour: not an input of this action; remove it/);
    expect(problem).not.toContain('green');
  });

  test('an empty one changes nothing and is ignored', () => {
    expect(problems('release', { name: 'ocr', entrypoint: '' })).toEqual([]);
  });
});
