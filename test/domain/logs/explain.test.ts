import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../src/domain/data/json.ts';
import { linesOf } from '../../../src/domain/logs/evidence.ts';
import { explainEntries } from '../../../src/domain/logs/explain.ts';
import type { Kind } from '../../../src/domain/logs/kind.ts';
import { cpuMsOf } from '../../support/cpu.ts';
import { entry, lines, request, system } from './entries.ts';

const trace = (digit: string) => digit.repeat(32);
const options = { text: true, slowMs: 1000, redact: (text: string) => text };
const noise = (count: number): Json[] =>
  Array.from({ length: count }, (_, index) => [
    entry({ log: 'stdout', severity: 'WARNING', text: `cache miss ${index}`, at: index }),
    request(200, 0.2, { at: index }),
    entry({ text: `GET /health 200 ${index} ms`, at: index }),
  ]).flat();

const tcp =
  'Default STARTUP TCP probe failed 1 time consecutively for container "worker" on port 8080. The instance was not started.\nConnection failed with status CANCELLED.';

interface Scene {
  name: string;
  entries: Json[];
  kind: Kind;
  /** The causing line holds this when messages are shown, and this when they are not. */
  shows: string;
  hides: string;
}

/** Twelve kinds of failure and more, as Cloud Run's logs have them. */
const scenes: Scene[] = [
  {
    name: 'a Python function crashes at import',
    entries: [
      ...lines(
        `Traceback (most recent call last):
  File "/layers/google.python.pip/pip/bin/functions-framework", line 8, in <module>
    sys.exit(_cli())
  File "/workspace/main.py", line 7, in <module>
    model = load(PATHS["ko"])
KeyError: 'ko'`,
      ),
      system('Container called exit(1).'),
      system(tcp, 'ERROR'),
    ],
    kind: 'exception',
    shows: "KeyError at main.py:7: 'ko'",
    hides: 'KeyError at main.py:7',
  },
  {
    name: 'a module is missing in Node',
    entries: [
      ...lines(
        `node:internal/modules/cjs/loader:1228
  throw err;
  ^

Error: Cannot find module 'sharp'
Require stack:
- /workspace/index.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)
    at Object.<anonymous> (/workspace/index.js:3:15) {
  code: 'MODULE_NOT_FOUND',
}
Node.js v24.0.1`,
      ),
      system('Container called exit(1).'),
      system(tcp, 'ERROR'),
    ],
    kind: 'module',
    shows: "Cannot find module 'sharp'",
    hides: 'A module is missing: Error (MODULE_NOT_FOUND) at index.js:3',
  },
  {
    name: 'nothing listens on the port',
    entries: [entry({ log: 'stdout', text: 'listening on 3000' }), system(tcp, 'ERROR')],
    kind: 'port',
    shows: 'The container did not listen on its port in time',
    hides: 'The container did not listen on its port in time',
  },
  {
    name: 'out of memory',
    entries: [
      request(503, 2.1, {
        trace: trace('a'),
        at: 60,
        text: 'The request failed because either the HTTP response was malformed or connection to the instance had an error.',
      }),
      system(
        'Memory limit of 256 MiB exceeded with 262 MiB used. Consider increasing the memory limit, see https://cloud.google.com/run/docs/configuring/memory-limits',
        'ERROR',
      ),
    ],
    kind: 'memory',
    shows: 'Out of memory: 262 MiB used, the limit is 256 MiB',
    hides: 'Out of memory: 262 MiB used, the limit is 256 MiB',
  },
  {
    name: 'the timeout of the service',
    entries: [
      request(504, 60, {
        trace: trace('b'),
        text: 'The request has been terminated because it has reached the maximum request timeout. To change this limit, see https://cloud.google.com/run/docs/configuring/request-timeout',
      }),
    ],
    kind: 'timeout',
    shows: 'The request reached the timeout of the service (504)',
    hides: 'The request reached the timeout of the service (504)',
  },
  {
    name: 'an unhandled exception in Node, line by line',
    entries: [
      ...lines(
        `/workspace/ocr.js:41
    const [box] = result.boxes;
                  ^
TypeError: Cannot read properties of undefined (reading 'boxes')
    at recognise (/workspace/ocr.js:41:26)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
Node.js v24.0.1`,
      ),
      request(503, 0.3, { trace: trace('c'), at: 20 }),
    ],
    kind: 'crash',
    shows: "TypeError at ocr.js:41: Cannot read properties of undefined (reading 'boxes')",
    hides: 'TypeError at ocr.js:41',
  },
  {
    name: 'an exception that a Node function logs as JSON',
    entries: [
      request(500, 0.3, { trace: trace('d'), at: 20 }),
      entry({
        severity: 'ERROR',
        trace: trace('d'),
        json: {
          message: 'recognition failed',
          stack_trace:
            'RangeError: Invalid array length\n    at read (/workspace/src/page.ts:12:9)\n    at main (/workspace/node_modules/express/lib/router.js:3:1)',
        },
      }),
    ],
    kind: 'exception',
    shows: 'RangeError at src/page.ts:12: Invalid array length',
    hides: 'RangeError at src/page.ts:12',
  },
  {
    name: 'an unhandled exception in Python with a chain',
    entries: [
      ...lines(
        `Traceback (most recent call last):
  File "/workspace/main.py", line 20, in ocr
    text = engine.read(image)
  File "/workspace/engine.py", line 88, in read
    raise DecodeError("bad header")
engine.DecodeError: bad header
During handling of the above exception, another exception occurred:
Traceback (most recent call last):
  File "/layers/google.python.pip/pip/lib/python3.13/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
  File "/workspace/main.py", line 23, in ocr
    return reply(error.code)
AttributeError: 'DecodeError' object has no attribute 'code'`,
      ),
      request(500, 0.2, { at: 30 }),
    ],
    kind: 'exception',
    shows: "AttributeError at main.py:23: 'DecodeError' object has no attribute 'code'",
    hides: 'AttributeError at main.py:23',
  },
  {
    name: 'a secret that may not be read',
    entries: [
      entry({
        severity: 'ERROR',
        text: "Error: 7 PERMISSION_DENIED: Permission 'secretmanager.versions.access' denied for resource 'projects/my-project/secrets/ocr-key/versions/latest' (or it may not exist).\n    at callErrorFromStatus (/workspace/node_modules/@grpc/grpc-js/build/src/call.js:32:19)\n    at start (/workspace/secrets.js:9:3)",
      }),
    ],
    kind: 'denied',
    shows:
      "Access was denied: Error at secrets.js:9: 7 PERMISSION_DENIED: Permission 'secretmanager.versions.access' denied",
    hides: 'Access was denied: Error at secrets.js:9',
  },
  {
    name: 'a variable of the environment is missing',
    entries: [
      ...lines(`Traceback (most recent call last):
  File "/workspace/main.py", line 4, in <module>
    LANG = os.environ["OCR_LANG"]
  File "<frozen os>", line 714, in __getitem__
KeyError: 'OCR_LANG'`),
      system('Container called exit(1).'),
    ],
    kind: 'variable',
    shows: "A setting of the environment is missing or wrong: KeyError at main.py:4: 'OCR_LANG'",
    hides: 'A setting of the environment is missing or wrong: KeyError at main.py:4',
  },
  {
    name: 'no instance is free',
    entries: [
      request(429, 10, {
        text: 'The request was aborted because there was no available instance. Additional troubleshooting documentation can be found at: https://cloud.google.com/run/docs/troubleshooting#abort-request',
        revision: '',
      }),
    ],
    kind: 'no-instance',
    shows: 'No instance was free (429)',
    hides: 'No instance was free (429)',
  },
  {
    name: 'answers are slow',
    entries: [request(200, 7.3, { trace: trace('e') })],
    kind: 'slow',
    shows: 'POST answered 200 after 7.3 s',
    hides: 'POST answered 200 after 7.3 s',
  },
  {
    name: 'a Go container without structured logs panics',
    entries: [
      ...lines(
        `panic: runtime error: index out of range [3] with length 3
goroutine 1 [running]:
main.readBoxes(...)
	/app/boxes.go:21
main.main()
	/app/main.go:12 +0x1d
exit status 2`,
      ),
      system('Container called exit(2).'),
    ],
    kind: 'crash',
    shows: 'A panic at boxes.go:21: runtime error: index out of range [3] with length 3',
    hides: 'A panic at boxes.go:21',
  },
  {
    name: 'Java throws',
    entries: lines(
      `Exception in thread "main" java.lang.IllegalStateException: no engine
	at com.acme.Ocr.read(Ocr.java:17)
	at java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.io.IOException: closed`,
    ),
    kind: 'exception',
    shows: 'java.lang.IllegalStateException at Ocr.java:17: no engine',
    hides: 'java.lang.IllegalStateException at Ocr.java:17',
  },
];

describe.each(scenes)('$name', ({ entries, kind, shows, hides }) => {
  test.each([
    ['with messages', true],
    ['with fields alone', false],
  ])('the line that causes it is among the first three, %s', (_, text) => {
    // The entries come in any order, between entries that explain nothing.
    const all = [...noise(40), ...entries].reverse();
    const explained = explainEntries(all, { ...options, text });
    const first = linesOf(explained).slice(0, 3);
    expect(first.map((line) => [line.kind, line.text])).toContainEqual([
      kind,
      text ? expect.stringContaining(shows) : hides,
    ]);
  });
});

test('without messages, no word of any message is shown', () => {
  const words = ['quixotic', 'zephyrous', 'gobbledygook'];
  const said = words.join(' ');
  const all = [
    ...lines(
      `Traceback (most recent call last):\n  File "/workspace/main.py", line 4, in f\nValueError: ${said}`,
    ),
    entry({ severity: 'ERROR', text: said }),
    entry({ severity: 'ERROR', json: { message: said, customer: said } }),
    entry({ text: `fatal: ${said}` }),
    entry({ severity: 'ERROR', text: `Error: ${said}\n    at ${said} (/workspace/${said}.js:1:2)` }),
    request(500, 1, { text: said }),
    system(said, 'ERROR'),
  ];
  const { groups } = explainEntries(all, { ...options, text: false });
  expect(groups.length).toBeGreaterThan(3);
  for (const word of words) expect(JSON.stringify(groups)).not.toContain(word);
});

test('without messages, the lines of a message of Python are not taken for names of exceptions', () => {
  for (const last of ['minsu.kim', 'hunter2: paid', 'Error [minsukim]: x', 'minsu.kim.NotFound: x']) {
    const text = `Traceback (most recent call last):\n  File "/workspace/main.py", line 4, in f\nengine.BadPage: the page of\n${last}`;
    for (const raw of [
      entry({ severity: 'ERROR', text }),
      entry({ severity: 'ERROR', json: { message: text } }),
    ]) {
      const [line] = linesOf(explainEntries([raw], { ...options, text: false }));
      expect(line?.text).toBe('engine.BadPage at main.py:4');
    }
  }
  const node = entry({ severity: 'ERROR', text: 'Error [minsukim]: x\n    at f (/workspace/x.js:1:2)' });
  expect(JSON.stringify(explainEntries([node], { ...options, text: false }).groups)).not.toContain(
    'minsukim',
  );
});

test('the same failure of many requests is one line with a number, and the entries of one request stand together', () => {
  const all = Array.from({ length: 9 }, (_, index) => [
    request(500, 0.1 + index / 10, { trace: trace(String(index)), at: index * 10 }),
    entry({
      severity: 'ERROR',
      trace: trace(String(index)),
      text: `ValueError: page ${index}`,
      at: index * 10,
    }),
  ]).flat();
  const { groups } = explainEntries(all, options);
  expect(groups).toHaveLength(1);
  expect(groups[0]?.lines.map(({ kind, times }) => [kind, times])).toEqual([
    ['exception', 9],
    ['status', 9],
  ]);
});

test('at most fifty lines are kept', () => {
  const all = Array.from({ length: 400 }, (_, index) =>
    entry({
      severity: 'ERROR',
      text: `failure ${'abcdefghij'[index % 10]}${'klmnopqrst'[Math.floor(index / 10) % 10]}${'uvwx'[Math.floor(index / 100)]}`,
    }),
  );
  expect(linesOf(explainEntries(all, options))).toHaveLength(50);
});

test.each([
  ['brackets', '('.repeat(15_990)],
  ['places of Ruby', 'x.rb:1:in '.repeat(1590)],
  ['files that are missing', 'No such file or directory: '.repeat(590)],
  ['ends of names', 'a.'.repeat(7990)],
])('three hundred long lines of %s take no time from a release', (_, text) => {
  const all = [entry({ text: 'panic: x' }), ...Array.from({ length: 299 }, (_, at) => entry({ text, at }))];
  expect(cpuMsOf(() => explainEntries(all, options))).toBeLessThan(3000);
});

test.each<[string, Json]>([
  ['nothing', null],
  ['a text', 'x'],
  [
    'fields of other types',
    { timestamp: 5, logName: {}, textPayload: [], severity: 7, httpRequest: 'x', trace: 1 },
  ],
  [
    'a log of another kind',
    { timestamp: '2026-11-30T07:00:00Z', logName: 'projects/p/logs/cloudaudit', textPayload: 'Error: x' },
  ],
  ['a very long text', entry({ severity: 'ERROR', text: `Error: ${'at '.repeat(400_000)}` })],
  ['commands of a workflow', entry({ severity: 'ERROR', text: '::error::x\n##[error]y\r\n::add-mask::z' })],
])('hostile entries do no harm: %s', (_, raw) => {
  expect(cpuMsOf(() => explainEntries([raw], options))).toBeLessThan(2000);
  const { groups } = explainEntries([raw], options);
  for (const { text } of linesOf({ groups })) {
    expect(text).not.toMatch(/::|##\[|[\r\n]/);
    expect(text.length).toBeLessThanOrEqual(600);
  }
});
