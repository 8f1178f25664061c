import { describe, expect, test } from '@jest/globals';
import { carriedModel } from '../../../src/actions/smoke-test/carried-model.ts';
import { parseSuite } from '../../../src/domain/smoke/suite/suite.ts';
import { pinsModels, suiteFor } from '../../../src/domain/smoke/thresholds.ts';
import type { SmokeTarget } from '../../../src/steps/smoke/ports.ts';
import { smokeTest } from '../../../src/steps/smoke/smoke-test.ts';
import { createSuiteProbes } from '../../../src/steps/smoke/suite-probes.ts';
import { smokePorts } from '../../support/smoke-ports.ts';

/** One of ten characters is wrong in every answer. */
const answer = { status: 200, headers: {}, body: '{"text":"012345678X"}', truncated: false, garbled: false };
const portsOf = (suite: string) =>
  smokePorts(undefined, {
    http: { send: async () => ({ answer: { ...answer, milliseconds: 3 } }) },
    files: { read: async () => Buffer.from(suite) },
  });
const suite = (models: string, own = '') =>
  `version: 1\ndefaults: {expect: {models: ${models}}}\ncases:\n  - {image: "https://h/a.png", expect: {text: "0123456789"${own}}}\n`;
const targetOf = (names?: string[]): SmokeTarget => ({
  url: 'https://f.example',
  model: names && (async () => names),
});
const run = async (text: string, names?: string[]) =>
  (await smokeTest(portsOf(text), { suite: 'x.yaml', target: targetOf(names) })).verdict;

const loose = '{ocr@7: {max_cer: 0.5}, "ocr@*": {max_cer: 0.01}}';
describe('the thresholds of the model that the revision carries', () => {
  test.each([
    ['the version of the first pattern', loose, ['ocr@7'], '', 'pass'],
    ['another version, by the pattern', loose, ['ocr@8'], '', 'fail'],
    ['an unknown model keeps those of every model', loose, ['other@7'], '', 'fail'],
    ['a revision without a model too', loose, [], '', 'fail'],
    ['a target that says nothing too', loose, undefined, '', 'fail'],
    ['a case with a threshold of its own keeps it', loose, ['ocr@7'], ', max_cer: 0.01', 'fail'],
    [
      'unless it names models itself',
      loose,
      ['ocr@7'],
      ', max_cer: 0.01, models: {"*": {max_cer: 0.2}}',
      'pass',
    ],
    ['an entry without max_cer leaves it as it is', '{ocr@7: {max_wer: 1}}', ['ocr@7'], '', 'fail'],
  ] as const)('%s', async (_, models, names, own, verdict) =>
    expect(await run(suite(models, own), names && [...names])).toBe(verdict),
  );
});

test('log and report say which model was found and how many cases have thresholds for it', async () => {
  const ports = portsOf(suite(loose));
  const result = await smokeTest(ports, { suite: 'x.yaml', target: targetOf(['ocr@7', 'mlflow://h/ocr']) });
  expect(result.evidence.thresholds).toEqual({ model: 'ocr@7', cases: 1 });
  expect(ports.lines.join('\n')).toContain('model ocr@7: thresholds of its own in 1 case');
});

test('the model is not read if the suite pins nothing to models, and once for all probes of a revision', async () => {
  let reads = 0;
  const target: SmokeTarget = {
    url: 'https://f.example',
    model: async () => {
      reads += 1;
      return ['ocr@7'];
    },
  };
  const plain = 'version: 1\ncases:\n  - {image: "https://h/a.png", expect: {text: "0123456789"}}\n';
  await smokeTest(portsOf(plain), { suite: 'x.yaml', target });
  expect(reads).toBe(0);
  const probes = createSuiteProbes(portsOf(suite(loose)), {
    suite: 'x.yaml',
    targets: { candidate: target },
  });
  for (let i = 0; i < 3; i++) expect(await probes.probe('candidate')).toMatchObject({ bad: false });
  expect(reads).toBe(1);
});

test('a revision that cannot be read is an error, and one without a model has no names', async () => {
  const services = (raw: object | undefined) => ({
    revision: async () => {
      if (raw === undefined) throw new Error('403');
      return {
        name: 'r',
        ready: true,
        failed: false,
        createTime: '',
        message: undefined,
        logUri: undefined,
        raw: raw as never,
      };
    },
  });
  const env = [
    { name: 'MODEL_REFERENCE', value: 'mlflow://h/ocr/versions/7' },
    { name: 'MODEL_VERSION', value: '7' },
  ];
  const read = (raw: object | undefined) =>
    carriedModel(services(raw), 's', 'r', 'mlflow://h/ocr@candidate')?.();
  expect(await read({ containers: [{ env }] })).toEqual([
    'ocr@7',
    'ocr@candidate',
    'mlflow://h/ocr/versions/7',
  ]);
  expect(await read({})).toEqual([]);
  await expect(read(undefined)).rejects.toThrow('403');
});

test('a variant of cache-correct may have thresholds of its own too', () => {
  const text = `version: 1
cases: [{image: a.png}]
presets:
  - preset: cache-correct
    case: a.png
    variants: [{name: b, request: {path: /b}, expect: {text: abc, models: {ocr@7: {max_cer: 0.5}}}}]
`;
  const parsed = parseSuite(text, 'x.yaml').suite;
  if (!parsed) throw new Error('the suite is good');
  expect(pinsModels(parsed)).toBe(true);
  const maxCer = (names: string[]) => suiteFor(parsed, names).suite.presets[0]?.variants[0]?.expect.maxCer;
  expect([maxCer(['ocr@7']), maxCer(['ocr@8'])]).toEqual([0.5, 0.02]);
});
