import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseMap } from '../../../src/domain/data/parse-map.ts';
import { likelyService } from '../../../src/domain/data/resource-name.ts';
import { failureTexts } from '../../../src/domain/deploy/failure.ts';
import { tagProblem } from '../../../src/domain/deploy/limits.ts';
import { cpuCount, memoryBytes, parseCpu, parseMemory } from '../../../src/domain/deploy/quantity.ts';
import { endOfRuntime, scheduleDate } from '../../../src/domain/deploy/runtime-dates.ts';
import {
  type RuntimeSupport,
  runtimeSupport,
  runtimeText,
  sourceOf,
} from '../../../src/domain/deploy/runtimes.ts';
import { parseSecret, secretSettings } from '../../../src/domain/deploy/secrets.ts';
import {
  parseEventFilters,
  parseLabels,
  parseNetworkInterface,
  parseVariables,
} from '../../../src/domain/deploy/values.ts';
import { byPath, labelDigest, manifestText } from '../../../src/domain/source/manifest.ts';

describe('memory and CPU', () => {
  test.each([
    ['512Mi', '512Mi'],
    ['512MB', '512M'],
    ['1GiB', '1Gi'],
    ['10Mb', '10M'],
    ['1g', '1G'],
    ['256mi', '256Mi'],
    ['1.5Gi', '1.5Gi'],
    ['268435456', '268435456'],
    ['128k', '128k'],
  ])('%s is %s', (text, parsed) => {
    expect(parseMemory(text)).toBe(parsed);
    expect(memoryBytes(parsed)).toBeGreaterThan(0);
  });

  test.each(['', 'lots', '512 Mbit', '-1Gi', '1Ti', 'Mi'])('memory %j is refused', (text) => {
    expect(() => parseMemory(text)).toThrow('expected an amount of memory such as 512Mi or 1Gi');
  });

  test.each([
    ['2', 2],
    ['2000m', 2],
    ['0.583', 0.583],
    ['583m', 0.583],
  ])('CPU %s', (text, count) => {
    expect(cpuCount(parseCpu(text))).toBeCloseTo(count);
  });
  test.each(['0', '9', 'two', '-1', '1.', '1e1'])('CPU %j is refused', (text) => {
    expect(() => parseCpu(text)).toThrow('expected a number of CPUs');
  });
});

describe('secrets', () => {
  test.each([
    ['key', { project: undefined, secret: 'key', version: 'latest' }],
    ['key:7', { project: undefined, secret: 'key', version: '7' }],
    ['p/key', { project: 'p', secret: 'key', version: 'latest' }],
    ['p/key/7', { project: 'p', secret: 'key', version: '7' }],
    ['projects/p/secrets/key', { project: 'p', secret: 'key', version: 'latest' }],
    ['projects/p/secrets/key/versions/7', { project: 'p', secret: 'key', version: '7' }],
    ['example.com:p/key/7', { project: 'example.com:p', secret: 'key', version: '7' }],
    ['projects/example.com:p/secrets/key', { project: 'example.com:p', secret: 'key', version: 'latest' }],
  ])('%s', (text, reference) => {
    expect(parseSecret(text)).toEqual(reference);
  });

  test.each(['', 'a:b:c', 'p/s/v/w', 'projects/p/keys/k/versions/1/x', 'a b'])('%j is refused', (text) => {
    expect(() => parseSecret(text)).toThrow('expected NAME:VERSION');
  });

  test('two files of one secret share a volume; two secrets in one folder do not', () => {
    const map = parseMap('# comment lines are none of the pairs\nA=one:1\n/s/a=one:1\n/s/b=one:2');
    expect(secretSettings(map, 'p')).toEqual({
      variables: [{ key: 'A', projectId: 'p', secret: 'one', version: '1' }],
      volumes: [
        {
          mountPath: '/s',
          projectId: 'p',
          secret: 'one',
          versions: [
            { version: '1', path: 'a' },
            { version: '2', path: 'b' },
          ],
        },
      ],
    });
    expect(() => secretSettings(parseMap('/s/a=one:1,/s/b=two:1'), 'p')).toThrow(
      'give each secret a folder of its own',
    );
  });

  test('fuzz: every text gives either pairs or one sentence, never another error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^([\w/]+=[\w:/ "'#,\\]*[,\n]?)*$/)), (text) => {
        try {
          secretSettings(parseMap(text), 'p');
        } catch (error) {
          expect((error as Error).constructor).toBe(Error);
          expect((error as Error).message).toMatch(/^(expected|a ["'] is not closed|the key|two secrets)/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('runtimes', () => {
  const date = (text: string) => {
    const [year, month, day] = text.split('-').map(Number);
    return { year: year ?? 0, month: month ?? 0, day: day ?? 0 };
  };
  const list = [
    {
      name: 'nodejs20',
      stage: 'DECOMMISSIONED',
      environment: 'GEN_2',
      deprecationDate: date('2026-04-30'),
      decommissionDate: date('2026-10-30'),
    },
    { name: 'nodejs22', stage: 'GA', environment: 'GEN_2', deprecationDate: date('2027-02-01') },
    { name: 'nodejs24', stage: 4, environment: 2 },
    { name: 'nodejs26', stage: 'BETA', environment: 'GEN_2' },
    { name: 'nodejs99', stage: 'GA', environment: 'GEN_1' },
    { name: 'python310', stage: 'DEPRECATED', environment: 'GEN_2', deprecationDate: date('2026-10-04') },
  ];
  test.each([
    ['nodejs24', 'supported'],
    ['nodejs22', 'ending'],
    ['nodejs20', 'decommissioned'],
    ['python310', 'deprecated'],
    ['nodejs99', 'unknown'],
    ['ruby1', 'unknown'],
  ])('%s is %s', (name, state) => {
    expect(runtimeSupport(list, name, '2026-11-22').state).toBe(state);
  });

  test.each<[string, string, string | undefined, RuntimeSupport['state'], 'list' | 'schedule']>([
    // The list names no dates of nodejs24, and the schedule does.
    ['nodejs24', '2028-02-01', '2028-04-30', 'ending', 'schedule'],
    ['nodejs24', '2026-11-22', '2028-04-30', 'supported', 'list'],
    // Both know the date. The list speaks, and it is earlier.
    ['nodejs22', '2026-11-22', '2027-02-01', 'ending', 'list'],
    // A stage counts without dates, but not against a later state.
    ['python310', '2026-11-22', '2026-10-04', 'deprecated', 'list'],
    ['python310', '2027-05-01', '2026-10-04', 'decommissioned', 'schedule'],
    // The list has dropped it, and the schedule knows why.
    ['nodejs16', '2026-11-22', '2024-01-30', 'decommissioned', 'schedule'],
    ['php82', '2026-11-22', undefined, 'unknown', 'list'],
  ])('%s on %s: deprecated %s, %s, says the %s', (name, today, deprecation, state, said) => {
    expect(runtimeSupport(list, name, today)).toMatchObject({ state, said, deprecation });
  });

  test('without a list the schedule speaks, and says so', () => {
    const support = runtimeSupport(undefined, 'nodejs20', '2026-11-22');
    expect(support).toMatchObject({ state: 'decommissioned', said: 'schedule', newest: 'nodejs24' });
    expect(support && sourceOf(support)).toBe(`Google's schedule of runtimes as of ${scheduleDate}`);
    expect(runtimeSupport(undefined, 'cobol85', '2026-11-22')).toBeUndefined();
  });

  test('on every day of the schedule, list and schedule agree with the same dates', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2500 }),
        fc.constantFrom('nodejs22', 'python313', 'php82'),
        (day, name) => {
          const today = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
          const end = endOfRuntime(name, today);
          const dates = {
            deprecationDate: date(end?.deprecation ?? ''),
            decommissionDate: date(end?.decommission ?? ''),
          };
          const one = runtimeSupport([{ name, stage: 'GA', environment: 'GEN_2', ...dates }], name, today);
          expect(one).toMatchObject({ state: end?.state, said: 'list' });
          expect(runtimeSupport(undefined, name, today)?.state).toBe(end?.state);
        },
      ),
    );
  });

  test('names the newest runtime that is generally available and not deprecated', () => {
    expect(runtimeSupport(list, 'nodejs20', '2026-11-22').newest).toBe('nodejs24');
    expect(runtimeSupport(list, 'python310', '2026-11-22').newest).toBeUndefined();
  });

  test('a date in the past counts, whatever the stage says', () => {
    expect(runtimeSupport(list, 'nodejs22', '2027-02-02').state).toBe('deprecated');
    expect(runtimeText(runtimeSupport(list, 'nodejs20', '2026-11-22'))).toBe(
      'The runtime nodejs20 was removed (deprecated 2026-04-30, decommissioned 2026-10-30): Google no longer builds it.',
    );
  });
});

describe('limits', () => {
  test.each([
    [42, true],
    [43, false],
  ])('a service of %i characters', (length, fits) => {
    expect(tagProblem('s'.repeat(length), ['bs-c', 'bs-b']) === undefined).toBe(fits);
  });
  test('without tags there is no limit', () => expect(tagProblem('s'.repeat(63), [])).toBeUndefined());
  test('the digest fits into a label', () => expect(labelDigest('a'.repeat(64))).toHaveLength(63));
  test('the name of the service follows from the name of the function', () =>
    expect(likelyService('Ocr_api')).toBe('ocr-api'));
});

describe('the manifest', () => {
  const file = fc.record({
    path: fc.stringMatching(/^[\w\u00e9\uac00\u{1f600}.-]{1,8}(\/[\w.-]{1,8})?$/u),
    mode: fc.constantFrom(0o644, 0o755),
    size: fc.nat(),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  });
  test('property: the manifest is the same, whatever the order in which files were found', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(file, { selector: ({ path }) => path }),
        fc.infiniteStream(fc.nat()),
        (files, randomness) => {
          const shuffled = files
            .map((item) => [randomness.next().value, item] as const)
            .sort((a, b) => a[0] - b[0])
            .map(([, item]) => item);
          expect(manifestText(shuffled)).toBe(manifestText(files));
        },
      ),
    );
  });
  test('property: paths sort as their UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(byPath({ path: a }, { path: b }))).toBe(
          Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
        );
      }),
    );
  });
  test('any difference in mode, size, content or path is another manifest', () => {
    const one = { path: 'a', mode: 0o644, size: 1, sha256: '0'.repeat(64) };
    const texts = [
      one,
      { ...one, mode: 0o755 },
      { ...one, size: 2 },
      { ...one, sha256: '1'.repeat(64) },
      { ...one, path: 'b' },
    ].map((item) => manifestText([item]));
    expect(new Set(texts).size).toBe(5);
    expect(texts[0]).toBe(`0644 1 ${'0'.repeat(64)} a\n`);
  });
});

describe('the explanation of a failed operation', () => {
  const stage = (
    name: string,
    state: string,
    messages: { severity: string; type: string; message: string }[] = [],
  ) => ({ name, state, message: '', resource: undefined, resourceUri: undefined, messages });
  test('names the stage with the error, not the first one', () => {
    const texts = failureTexts(
      {
        name: 'o',
        stages: [
          stage('ARTIFACT_REGISTRY', 'COMPLETE'),
          stage('BUILD', 'COMPLETE'),
          stage('SERVICE', 'COMPLETE', [{ severity: 'ERROR', type: 'T', message: 'port' }]),
          stage('SERVICE_ROLLBACK', 'IN_PROGRESS'),
        ],
        error: { code: 13, message: 'failed' },
      },
      { lines: [] },
      'r',
    );
    expect(texts.what).toBe('The deploy failed in stage service: failed');
    expect(texts.why).toBe('port');
  });
  test('says why the log of the build could not be read', () => {
    const texts = failureTexts(
      {
        name: 'o',
        buildName: 'projects/1/locations/r/builds/b1',
        stages: [stage('BUILD', 'IN_PROGRESS')],
        error: { code: 3, message: 'x' },
      },
      { lines: [], unreadable: 'the permission logging.logEntries.list is missing.' },
      'r',
      'ocr',
      { project: 'p', name: 'ocr' },
    );
    expect(texts.why).toContain('logging.logEntries.list');
    expect(texts.commands).toEqual(['gcloud builds log b1 --project=p --region=r']);
  });
  test('the end of the log does not repeat the text of the error', () => {
    const said = 'Build failed with status: FAILURE and message: function.js does not exist';
    const operation = {
      name: 'o',
      buildName: 'projects/1/locations/r/builds/b1',
      stages: [stage('BUILD', 'IN_PROGRESS', [{ severity: 'ERROR', type: 'T', message: said }])],
      error: { code: 3, message: said },
    };
    const why = (lines: string[]) => failureTexts(operation, { lines }, 'r').why;
    expect(why([said])).toBeUndefined();
    expect(why([`  ${said} `])).toBeUndefined();
    expect(why(['npm error code ERESOLVE', said])).toBe('The build log ends: npm error code ERESOLVE');
  });
  test('hostile lines of a log cannot hold a workflow command', () => {
    const texts = failureTexts(
      {
        name: 'o',
        buildName: 'b',
        stages: [stage('BUILD', 'IN_PROGRESS')],
        error: { code: 3, message: '::error::x\n##[group]y' },
      },
      { lines: ['::add-mask::z', 'a\u001b[31mb'] },
      'r',
    );
    expect(JSON.stringify(texts)).not.toMatch(/::(error|add-mask)::|##\[/);
    expect(texts.details.join('')).not.toContain('\u001b');
  });
});

describe('maps', () => {
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  const forms = [
    // Quotes around the entry, and around a value that they protect. Other quotes are refused, because v4 deploys them.
    (key: string, value: string) => quoted(`${key}=${value}`),
    (key: string, value: string) =>
      value.startsWith(',') ? `${key}=${quoted(value)}` : quoted(`${key}=${value}`),
  ];
  test('property: every value survives quoting', () => {
    const name = fc.stringMatching(/^[A-Z_]{1,6}$/).map((text) => `V_${text}`);
    fc.assert(
      fc.property(
        fc.dictionary(
          name,
          fc.oneof(
            fc.string({ unit: 'grapheme' }),
            fc.string().map((text) => `,${text}`),
          ),
        ),
        fc.constantFrom(',', '\n', ', ', '\n# a, "comment\n'),
        fc.constantFrom(...forms),
        (map, separator, form) => {
          const text = Object.entries(map)
            .map(([key, value]) => form(key, value))
            .join(separator);
          expect(parseVariables(text || '{}')).toEqual(map);
        },
      ),
    );
  });

  test.each([
    [parseVariables, 'PORT=1', 'Cloud Functions sets PORT itself'],
    [parseVariables, 'X_GOOGLE_A=1', 'Cloud Functions sets every variable that begins with X_GOOGLE_'],
    [parseVariables, '1A=x', 'expected the name of a variable'],
    [parseLabels, 'Team=x', 'expected a label'],
    [parseLabels, 'team=X', 'expected at most 63 lower-case'],
    [parseLabels, 'team=Équipe', 'expected at most 63 lower-case'],
    [parseLabels, `team=${'한'.repeat(43)}`, 'together at most 128 bytes'],
    [parseLabels, '1team=x', 'expected a label'],
    [parseLabels, 'goog-x=1', 'which only Google may set'],
    [parseLabels, 'backstay-source=1', 'which only these actions may set'],
    [parseNetworkInterface, 'tags=a', 'expected network=NAME'],
    [parseNetworkInterface, 'network=a,vlan=b', 'expected network=, subnetwork= or tags='],
  ] as const)('%# is refused', (parse, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  test('{} empties the map', () => {
    expect(parseLabels('team=développement,팀=광학,größe=２')).toEqual({
      team: 'développement',
      팀: '광학',
      größe: '２',
    });
    expect([parseVariables('{}'), parseLabels(' {} '), parseEventFilters('{}')]).toEqual([{}, {}, []]);
  });

  test('a path pattern of an event filter', () => {
    expect(parseEventFilters('bucket=b\nobject=PATTERN:a/*')).toEqual([
      { attribute: 'bucket', value: 'b' },
      { attribute: 'object', value: 'a/*', operator: 'match-path-pattern' },
    ]);
  });

  test('fuzz: every text is read, or refused with one sentence', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^([\w./-]*=?[\w "'#,\\{}:=*-]*[,\n]?)*$/),
    );
    fc.assert(
      fc.property(
        text,
        fc.constantFrom(parseVariables, parseLabels, parseNetworkInterface, parseEventFilters),
        (given, parse) => {
          try {
            parse(given);
          } catch (error) {
            expect((error as Error).constructor).toBe(Error);
            expect((error as Error).message.length).toBeLessThan(220);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
