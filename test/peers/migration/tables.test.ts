import { execFile } from 'node:child_process';
import { describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { accessFlags, droppedFlags, flagInputs, flagsHint } from '../../../src/inputs/flags.ts';
import { InputReader } from '../../../src/inputs/reader.ts';
import { inputsOf } from '../../../src/inputs/table.ts';
import { read } from '../../docs/pages.ts';
import { foreignTool } from '../../support/find-program.ts';
import { deployCloudrunManifest, hasDeployCloudrun } from '../recordings/deploy-cloudrun.ts';

/** The tables of the migration pages are whole, and say what the actions do. */

jest.setTimeout(300_000);

const cloudrun = read('docs/set-up/from-deploy-cloudrun.md');
const run = read('docs/set-up/from-gcloud-run.md');
const functions = read('docs/set-up/from-key-file.md');

/** The rows of the tables below a heading, as cells. */
const rows = (page: string, heading: string): string[][] =>
  (page.split(`\n## ${heading}\n`)[1] ?? '')
    .split('\n## ', 1)[0]
    ?.split('\n')
    .filter((line) => /^\| `/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim())) ?? [];
const codes = (text: string) =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code as string);
const flagsIn = (text: string) =>
  codes(text).flatMap((code) => /^--([a-z][a-z0-9-]+)$/.exec(code)?.[1] ?? []);

describe('from-deploy-cloudrun', () => {
  /** A value of each input as its action.yml describes it (v3.0.1). */
  const samples: Record<string, string> = {
    service: 'ocr-api',
    job: 'nightly',
    metadata: 'service.yaml',
    image: 'us-docker.pkg.dev/cloudrun/container/hello:latest',
    source: './src',
    suffix: 'v1',
    env_vars: 'FRUIT=apple',
    env_vars_update_strategy: 'overwrite',
    secrets: 'KEY1=secret-key-1:latest\n/secrets/api/key=secret-key-2:latest',
    secrets_update_strategy: 'merge',
    labels: 'labela=my-label',
    skip_default_labels: 'true',
    tag: 'green',
    timeout: '10m5s',
    flags: '--cpu-boost --memory=1Gi',
    no_traffic: 'true',
    wait: 'true',
    revision_traffic: 'LATEST=100',
    tag_traffic: 'green=10',
    update_traffic_flags: '--set-tags=x=y',
    project_id: 'my-project',
    region: 'us-central1',
    gcloud_version: '528.0.0',
    gcloud_component: 'beta',
  };
  const table = rows(cloudrun, 'Input by input');

  test('has every input of deploy-cloudrun@v3', () => {
    expect(table.map(([input]) => codes(input ?? '')[0])).toEqual(Object.keys(samples));
    if (!hasDeployCloudrun())
      return console.warn('Skipped: the action.yml of deploy-cloudrun, which .ci/run fetches.');
    const { inputs } = parse(deployCloudrunManifest()) as { inputs: object };
    expect(Object.keys(samples)).toEqual(Object.keys(inputs));
    return undefined;
  });

  /** What the reader says about one input beside those that a deploy needs. */
  function problems(name: string): string[] {
    const given: Record<string, string> = { service: 'ocr-api', [name]: samples[name] ?? '' };
    const env = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [`INPUT_${key.toUpperCase()}`, value]),
    );
    const inputs = new InputReader(env, () => {});
    try {
      inputs.of('deploy');
      inputs.done();
    } catch (error) {
      return String((error as Error).message).split('\n');
    }
    return [];
  }

  test.each(table)('%s', (input = '', here = '', words = '') => {
    const name = codes(input)[0] as string;
    const said = problems(name).join('\n');
    if (here !== 'stops') return expect(said).toBe('');
    expect(said).toContain(`${name}: not an input of this action`);
    if (words !== 'the same' && name !== 'flags')
      expect(said).toContain(words.replaceAll('`', '').split(' with [')[0]?.trim());
    return undefined;
  });

  test('names what is live and would be lost', () => {
    expect(cloudrun).toContain('`would-remove`');
    expect(problems('region')).toEqual([]);
    samples.region = 'us-central1,europe-west1';
    expect(problems('region').join()).toContain('region');
  });
});

describe('from-gcloud-run', () => {
  const table = rows(run, 'Flag by flag').filter(([, here]) => !/^the service|^they say/.test(here ?? ''));

  test.each(Object.entries(flagInputs))('--%s is %s, on the page as in the message', (flag, here) => {
    const row = table.find(([flags]) => flagsIn(flags ?? '').includes(flag));
    expect(row?.[1]?.replaceAll('`', '')).toBe(here);
    expect(flagsHint(`--${flag}=secret-value`, inputsOf('deploy'))).toBe(`use ${here} for --${flag}`);
    for (const name of here.match(/[a-z]+(?:_[a-z]+)+/g) ?? []) expect(inputsOf('deploy')).toContain(name);
  });

  test('says which flags to leave out, as the message does', () => {
    for (const flag of [...accessFlags, ...droppedFlags]) expect(flagsIn(run)).toContain(flag);
  });

  withFlags('run deploy', (flags) => {
    const named = flagsIn(run);
    expect(
      flags.filter((flag) => !named.includes(flag) && !named.includes(flag.replace(/^no-/, ''))),
    ).toEqual([]);
  });
});

describe('from-key-file', () => {
  test('names inputs that exist', () => {
    const cells = rows(functions, 'Flag by flag').map(([, here = '']) => here);
    const names = cells.flatMap(codes).filter((code) => !/…|^deploy$/.test(code));
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !inputsOf('deploy').includes(name.split(':')[0] as never))).toEqual([]);
  });

  withFlags('functions deploy', (flags) => {
    expect(flags.filter((flag) => !flagsIn(functions).includes(flag))).toEqual([]);
  });
});

/** Flags that every command of gcloud has. */
const ofGcloud =
  /^(access-token-file|account|billing-project|configuration|flags-file|flatten|format|help|impersonate-service-account|log-http|project|quiet|trace-token|user-output-enabled|verbosity)$/;

/** A test with the flags that an installed gcloud lists. */
function withFlags(command: string, body: (flags: string[]) => void): void {
  const gcloud = foreignTool('gcloud');
  if (!gcloud) console.warn(`Skipped: the flags of gcloud ${command}. gcloud is not installed here.`);
  (gcloud ? test : test.skip)(`has every flag that gcloud ${command} lists`, async () => {
    const help = await new Promise<string>((resolve, reject) => {
      execFile(gcloud as string, [...command.split(' '), '--help'], { timeout: 100_000 }, (error, out) =>
        error ? reject(error) : resolve(out),
      );
    });
    const plain = help.replace(/\x1b?\[[0-9;]*m|.\x08/g, '');
    const listed = [...plain.matchAll(/^ {5,8}--(?:\[no-\])?([a-z][a-z0-9-]+)/gm)].map(
      ([, flag]) => flag as string,
    );
    const flags = [...new Set(listed)].filter((flag) => !ofGcloud.test(flag));
    expect(flags.length).toBeGreaterThan(50);
    body(flags);
  });
}
