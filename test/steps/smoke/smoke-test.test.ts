import { describe, expect, test } from '@jest/globals';
import type { Attempt } from '../../../src/domain/smoke/retry.ts';
import type { SmokeHttpRequest } from '../../../src/steps/ports/smoke.ts';
import type { SmokePorts, SmokeRequest } from '../../../src/steps/smoke/ports.ts';
import { SuiteError } from '../../../src/steps/smoke/read-suite.ts';
import { smokeTest } from '../../../src/steps/smoke/smoke-test.ts';

const answer = (status: number, body: unknown, more: Record<string, string> = {}): Attempt => ({
  answer: {
    status,
    headers: { 'content-type': 'application/json', ...more },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    truncated: false,
    garbled: false,
    milliseconds: 10,
  },
});
const good = answer(200, { text: 'TOTAL 128.40' });
const none = (cause: 'timeout' | 'reset' | 'dns' | 'refused' | 'tls' | 'other'): Attempt => ({
  none: { cause, what: `no answer: ${cause}`, milliseconds: 5 },
});

interface World {
  ports: SmokePorts;
  sent: SmokeHttpRequest[];
  slept: number[];
  lines: string[];
  reads: string[];
}

/** A function that answers by the number of the request, a clock that moves only while something sleeps, and files in memory. */
function world(
  suite: string,
  answerOf: (request: SmokeHttpRequest, n: number) => Attempt,
  tokens?: SmokePorts['tokens'],
): World {
  let now = 1_800_000_000_000;
  const found: World = { ports: undefined as never, sent: [], slept: [], lines: [], reads: [] };
  found.ports = {
    http: {
      send: async (request) => {
        found.sent.push(request);
        now += 10;
        return answerOf(request, found.sent.length);
      },
    },
    files: {
      read: async (path) => {
        found.reads.push(path);
        return new TextEncoder().encode(
          path.endsWith('.yaml') ? suite : path.endsWith('.txt') ? 'TOTAL 128.40\n' : 'image',
        );
      },
    },
    clock: {
      now: () => now,
      steady: () => now,
      sleep: async (milliseconds) => {
        found.slept.push(milliseconds);
        now += milliseconds;
      },
    },
    log: {
      line: (text) => void found.lines.push(text),
      warning: () => {},
      detail: () => {},
      debug: () => {},
    },
    tokens,
    random: () => 1,
  };
  return found;
}

const one = 'version: 1\ncases:\n  - {name: invoice, image: a.png, expect: {text: TOTAL 128.40}}\n';
const run = (found: World, more: Partial<SmokeRequest> = {}) =>
  smokeTest(found.ports, { suite: 'x.smoke.yaml', target: { url: 'https://f.example/base' }, ...more });

describe('a run', () => {
  test('sends a warm-up and the case, and gives a verdict', async () => {
    const found = world(one, () => good);
    const result = await run(found);
    expect([result.verdict, result.reason]).toEqual(['pass', '1 check passed, CER 0.00 %.']);
    expect(found.sent).toHaveLength(2);
    expect(found.sent[0]).toMatchObject({ method: 'POST', url: 'https://f.example/base/', token: undefined });
    expect(result.evidence).toMatchObject({
      coldMs: 10,
      url: 'https://f.example/base',
      cer: { micro: 0, macro: 0, characters: 12 },
    });
  });

  test('an image that several cases share is read once', async () => {
    const found = world(
      'version: 1\ncases:\n  - {name: a, image: a.png}\n  - {name: b, image: a.png}\n  - {name: c, image: b.png}',
      () => good,
    );
    await run(found);
    expect(found.reads).toEqual(['x.smoke.yaml', 'a.png', 'b.png']);
  });

  test('the expected text may come from a file', async () => {
    const result = await run(world(one.replace('text: TOTAL 128.40', 'text_file: t.txt'), () => good));
    expect(result.verdict).toBe('pass');
  });

  test('a wrong text fails at its line and is never repeated', async () => {
    const found = world(one, () => answer(200, { text: 'TOTAL 123.40' }));
    const result = await run(found);
    expect(result.verdict).toBe('fail');
    expect(found.sent).toHaveLength(2);
    expect(result.findings[0]).toMatchObject({
      rule: 'smoke-cer',
      file: 'x.smoke.yaml',
      line: 3,
      severity: 'high',
    });
    expect(result.reason).toBe(
      '1 of 1 check failed: invoice: 1 of 12 characters differ: CER 8.33 %, allowed 2.00 %.',
    );
  });

  test('a suite that cannot be used is one error with all its places', async () => {
    await expect(run(world('version: 1\ncases: []\nextra: 1', () => good))).rejects.toBeInstanceOf(
      SuiteError,
    );
  });

  test('a suite whose cases are all skipped does not pass', async () => {
    const result = await run(world('version: 1\ncases:\n  - {image: a.png, skip: not today}', () => good));
    expect([result.verdict, result.reason]).toEqual([
      'inconclusive',
      'Every check was skipped, so nothing is known.',
    ]);
  });

  test('a path of the suite cannot lead to another host', async () => {
    const found = world(
      one.replace('image: a.png', 'image: a.png, request: {path: "//evil.example/x"}'),
      () => good,
    );
    await run(found);
    expect(found.sent.every((request) => new URL(request.url).host === 'f.example')).toBe(true);
  });

  test('a cancelled run stops at once', async () => {
    const abort = new AbortController();
    const found = world(`${one}  - {name: b, image: a.png}`, (_, n) => {
      if (n === 2) abort.abort(new Error('stop'));
      return good;
    });
    await expect(run(found, { signal: abort.signal })).rejects.toThrow('stop');
    expect(found.sent).toHaveLength(2);
  });
});

describe('a request is repeated only for some causes', () => {
  const later =
    (first: Attempt, times = 1) =>
    (_: SmokeHttpRequest, n: number) =>
      n > 1 && n <= 1 + times ? first : good;

  test.each([
    ['429', answer(429, 'busy')],
    ['503', answer(503, 'busy')],
    ['reset', none('reset')],
  ])('%s: repeated with a whole body, and a pass counts as flaky', async (words, first) => {
    const found = world(one, later(first));
    const result = await run(found);
    expect(result.verdict).toBe('pass');
    expect(result.cases[0]).toMatchObject({ flaky: true, attempts: [words, '200'] });
    expect(found.sent[1]?.body).toEqual(found.sent[2]?.body);
    expect(result.findings).toMatchObject([{ rule: 'smoke-flaky', severity: 'low' }]);
    expect(result.reason).toContain('1 of them flaky');
  });

  test.each([
    ['500', answer(500, 'oops')],
    ['404', answer(404, 'oops')],
    ['502', answer(502, 'oops')],
    ['a timeout when warm', none('timeout')],
    ['not JSON', answer(200, '<html>')],
  ])('%s: not repeated', async (_, first) => {
    const found = world(one, later(first, 9));
    expect((await run(found)).verdict).toBe('fail');
    expect(found.sent).toHaveLength(2);
  });

  test('a timeout of the first request counts as a cold start and is repeated', async () => {
    const found = world(one, (_, n) => (n === 1 ? none('timeout') : good));
    const result = await run(found);
    expect(result.verdict).toBe('pass');
    expect(found.sent).toHaveLength(3);
    // The request that timed out, the wait and the good request: the time that a caller would have waited.
    expect(result.evidence.coldMs).toBe(520);
  });

  test('retries: 0 sends once, and the last attempt counts', async () => {
    expect(
      (await run(world(one.replace('image:', 'retries: 0, image:'), later(answer(503, '')))))?.cases[0]
        ?.attempts,
    ).toEqual(['503']);
    const result = await run(world(one, later(answer(503, 'busy'), 9)));
    expect(result.cases[0]).toMatchObject({ status: 'failed', attempts: ['503', '503', '503'] });
  });

  test('waits grow, and Retry-After is followed up to 20 s', async () => {
    const found = world(one, later(answer(503, ''), 2));
    await run(found);
    expect(found.slept).toEqual([500, 1000]);
    const asked = world(one, later(answer(429, '', { 'retry-after': '3600' })));
    await run(asked);
    expect(asked.slept).toEqual([20_000]);
  });

  test('no wait goes beyond the deadline of the whole test', async () => {
    const found = world(one, later(answer(429, '', { 'retry-after': '20' }), 9));
    const result = await run(found, { deadlineMs: 5000 });
    expect(result.verdict).toBe('fail');
    expect(found.slept).toEqual([]);
  });
});

describe('checks without an answer', () => {
  test.each(['dns', 'refused', 'tls'] as const)(
    '%s is inconclusive, not a failure of the function',
    async (cause) => {
      const result = await run(world(one.replace('image:', 'retries: 0, image:'), () => none(cause)));
      expect(result.verdict).toBe('inconclusive');
      expect(result.cases[0]?.status).toBe('error');
    },
  );

  test('after three cases without an answer the rest is not run', async () => {
    const many = `version: 1\ncases:\n${Array.from({ length: 50 }, (_, i) => `  - {name: c${i}, image: a.png, retries: 0}`).join('\n')}`;
    const found = world(many, () => none('timeout'));
    const result = await run(found);
    expect(result.verdict).toBe('fail');
    expect(found.sent.length).toBe(4);
    expect(
      result.cases.filter((item) => item.note === 'Not run, because the function does not answer.'),
    ).toHaveLength(47);
  });

  test('after the deadline of the whole test the rest is not run', async () => {
    const many = `version: 1\ncases:\n${Array.from({ length: 50 }, (_, i) => `  - {name: c${i}, image: a.png}`).join('\n')}`;
    const result = await run(
      world(many, () => good),
      { deadlineMs: 200 },
    );
    expect(result.verdict).toBe('inconclusive');
    expect(result.cases.at(-1)?.note).toBe('Not run, because the time for the smoke test is over.');
  });
});

describe('the first request', () => {
  const target = { url: 'https://f.example/', audience: 'https://f.example' };
  const tokens = { idToken: async () => 'a.b.c' };

  test('the test waits for a new permission, and does not count the wait as cold start', async () => {
    const found = world(one, (_, n) => (n <= 3 ? answer(403, 'not yet') : good), tokens);
    const result = await run(found, { target });
    expect(result.verdict).toBe('pass');
    expect(found.slept).toEqual([1000, 1500, 2250]);
    expect(result.evidence.coldMs).toBe(10);
    expect(found.lines.join()).toContain('a new permission may need a moment');
  });

  test('the wait ends, and then the grant is printed', async () => {
    const found = world(one, () => answer(403, 'never'), tokens);
    const result = await run(found, { target, settleMs: 5000 });
    expect(found.slept.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(5000);
    expect(result.verdict).toBe('fail');
    expect(result.evidence.coldMs).toBeUndefined();
    expect(result.findings[0]?.fix).toContain('roles/run.invoker');
  });

  test('without a token a refusal is an ordinary answer', async () => {
    const found = world(one, () => answer(403, 'no'));
    await run(found);
    expect(found.slept).toEqual([]);
  });
});

test('the progress is logged once a minute', async () => {
  const found = world(`${one}presets: [{preset: deterministic, times: 50}]`, () => good);
  const clock = found.ports.clock;
  const send = found.ports.http.send;
  found.ports.http.send = async (request) => {
    await clock.sleep(10_000);
    return send(request);
  };
  await run(found);
  const beats = found.lines.filter((line) => /^ {2}\d+s {2}\d+ of 2 checks done$/.test(line));
  expect(beats).toHaveLength(8);
  expect(beats[0]).toBe('  60s  1 of 2 checks done');
});

describe('tokens', () => {
  const target = { url: 'https://f.example/', audience: 'https://f.example' };
  test('every request asks for a token of its own, so that the token can be renewed', async () => {
    let minted = 0;
    const found = world(one, () => good, { idToken: async (audience) => `${audience}#${++minted}` });
    await run(found, { target });
    expect(found.sent.map((request) => request.token)).toEqual([
      'https://f.example#1',
      'https://f.example#2',
    ]);
  });

  test('denial presets send what their names say, and are skipped without an audience', async () => {
    const presets = `${one}presets: [denies-anonymous, denies-access-token, denies-wrong-audience, denies-expired-token]`;
    const claims = (token: string | undefined) =>
      JSON.parse(atob((token ?? '').split('.')[1] ?? '')) as { exp: number; aud: string };
    const found = world(
      presets,
      (request, n) => (n > 2 ? answer(request.token === undefined ? 403 : 401, 'no') : good),
      {
        idToken: async (audience) => `h.${btoa(JSON.stringify({ aud: audience, exp: 1_800_003_600 }))}.s`,
      },
    );
    const result = await run(found, { target });
    expect(result.cases.map((item) => item.status)).toEqual([
      'passed',
      'passed',
      'passed',
      'passed',
      'passed',
    ]);
    const tokens = found.sent.slice(2).map((request) => request.token);
    expect(tokens[0]).toBeUndefined();
    expect(tokens[1]).toMatch(/^ya29\.backstay/);
    expect(claims(tokens[2]).aud).toBe('https://wrong-audience.backstay.invalid');
    expect(claims(tokens[3]).exp).toBeLessThan(1_800_000_000);
    const without = await run(world(presets, () => good));
    expect(without.cases.map((item) => item.status)).toEqual([
      'passed',
      'skipped',
      'skipped',
      'skipped',
      'skipped',
    ]);
  });

  test('a token from expired_token is sent unchanged', async () => {
    const found = world(
      `${one}presets: [denies-expired-token]`,
      (_, n) => (n > 2 ? answer(401, 'no') : good),
      { idToken: async () => 'a.b.c' },
    );
    await run(found, { target, expiredToken: 'old.token.x' });
    expect(found.sent.at(-1)?.token).toBe('old.token.x');
  });
});

describe('presets and latency', () => {
  test('a preset that damages an image leaves it intact for the next request', async () => {
    const found = world(`${one}presets: [corrupt-then-good]`, (request) => {
      const bytes = request.body && 'image' in request.body ? String(Buffer.concat(request.body.image)) : '';
      return bytes === 'image' ? good : answer(422, 'damaged');
    });
    // Node returns Buffers, whose slice() is a view.
    const read = found.ports.files.read;
    found.ports.files.read = async (path) => Buffer.from(await read(path));
    expect((await run(found)).cases.map((item) => item.status)).toEqual(['passed', 'passed']);
  });

  test('closing the connection on a large body counts as a refusal', async () => {
    const found = world(`${one}presets: [{preset: too-large, size: 1KiB}]`, (request) =>
      request.body && 'zeros' in request.body ? none('reset') : good,
    );
    expect((await run(found)).verdict).toBe('pass');
    expect(found.sent[2]?.body).toEqual({ zeros: 1024 });
  });

  test('percentiles leave out the cold start, and a broken limit fails', async () => {
    let n = 0;
    const timed = (): Attempt => {
      n += 1;
      return {
        answer: { ...(good.answer as NonNullable<Attempt['answer']>), milliseconds: n === 1 ? 9000 : n * 10 },
      };
    };
    const result = await run(world(`${one}latency: {samples: 10, p50: 1s, p95: 100ms, cold: 5s}`, timed));
    const { latency } = result.evidence;
    expect(latency).toMatchObject({ samples: 10, p50: 70, p95: 120, max: 120 });
    expect(result.cases.at(-1)?.failures.map((failure) => failure.what)).toEqual([
      'p95 of 10 warm requests is 120 ms, allowed 100 ms.',
      'The first request took 9000 ms, allowed 5000 ms.',
    ]);
  });

  test('an answer with a wrong text is not a latency sample', async () => {
    const result = await run(
      world(`${one}latency: {samples: 10, concurrency: 3}`, (_, n) =>
        n > 4 ? answer(200, { text: 'x' }) : good,
      ),
    );
    expect(result.verdict).toBe('fail');
    expect(result.evidence.latency?.samples).toBe(2);
  });
});

describe('a case that sends an address instead of an image', () => {
  const reference = '  - {name: stored, image: gs://b/a.png, expect: {text: TOTAL 128.40}}\n';
  const presets = 'presets: [corrupt-then-good, {preset: pixel-bomb, pixels: 1000}]\n';
  const statuses = async (suite: string) =>
    (await run(world(suite, () => good))).cases.map(({ name, status }) => [name, status]);

  test('cannot be used for presets that damage an image', async () => {
    expect(await statuses(`version: 1\ncases:\n${reference}${presets}`)).toEqual([
      ['stored', 'passed'],
      ['corrupt-then-good', 'skipped'],
      ['pixel-bomb', 'skipped'],
    ]);
    const named = `version: 1\ncases:\n${reference}presets: [{preset: corrupt-then-good, case: stored}]\n`;
    expect((await statuses(named)).at(-1)).toEqual(['corrupt-then-good', 'skipped']);
  });

  test('leaves those presets to a case with an image file', async () => {
    const found = world(
      `version: 1\ncases:\n${reference}  - {name: file, image: a.png, expect: {text: TOTAL 128.40}}\n${presets}`,
      (request) =>
        request.body &&
        'image' in request.body &&
        !['', 'image'].includes(String(Buffer.concat(request.body.image)))
          ? answer(422, {})
          : good,
    );
    expect((await run(found)).cases.map(({ status }) => status)).toEqual([
      'passed',
      'passed',
      'passed',
      'passed',
    ]);
  });
});
