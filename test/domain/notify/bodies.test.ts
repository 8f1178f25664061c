import { describe, expect, test } from '@jest/globals';
import { bodyOf } from '../../../src/domain/notify/body.ts';
import { hookKinds } from '../../../src/domain/notify/hook.ts';
import { endNote, startNote } from '../../../src/domain/notify/note.ts';
import { newReport, type Report } from '../../../src/domain/report/report.ts';

const env = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/ocr',
  GITHUB_RUN_ID: '4711',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
};
const at = '2026-11-30T07:00:00.000Z';
const run = 'https://github.com/acme/ocr/actions/runs/4711/attempts/2';
const hostile =
  '<!channel> <users/all> <at>all</at> @channel *bold* [x](https://evil.example) & \u202e::error::x';

function held(reason: string): Report<'release'> {
  const report = newReport('release', { name: 'ocr-api', project: 'p', region: 'europe-west1' });
  report.verdict = 'inconclusive';
  report.outcome = 'held';
  report.reason = reason;
  return report;
}

test('a held release says what to decide, and leads to the run', () => {
  expect(endNote(held('Too few requests.'), env, at)).toMatchObject({
    ...{ event: 'ended', action: 'release', title: 'Held: ocr-api', mood: 'open', run },
    ...{ verdict: 'inconclusive', outcome: 'held', repository: 'acme/ocr', commit: env.GITHUB_SHA },
    next: expect.stringContaining('actions/rollback'),
  });
});

test('a blocked release says its repair, a good one nothing', () => {
  const report = held('Releases are frozen.');
  report.outcome = 'blocked';
  report.verdict = 'fail';
  report.findings = [{ rule: 'budget-exhausted', severity: 'high', title: 'x', fix: 'Repair it first' }];
  expect(endNote(report, env, at)).toMatchObject({ mood: 'bad', next: 'Repair it first' });
  report.outcome = 'promoted';
  report.verdict = 'pass';
  expect(endNote(report, env, at)).toMatchObject({
    mood: 'good',
    next: undefined,
    title: 'Released: ocr-api',
  });
});

test('without a page of the run there is no link', () => {
  const bad = { ...env, GITHUB_SERVER_URL: 'javascript:alert(1)' };
  expect(endNote(held('x'), bad, at).run).toBeUndefined();
  for (const kind of hookKinds)
    expect(JSON.stringify(bodyOf[kind](endNote(held('x'), bad, at)))).not.toContain('javascript');
});

describe('text of others has no meaning for the vendor', () => {
  const note = endNote(held(hostile), env, at);
  test('slack: no text of others is markup', () => {
    const body = bodyOf.slack(note) as { text: string; blocks: { text: { type: string; text: string } }[] };
    expect(body.text).toBe('⚠️ Held: ocr-api');
    const markup = body.blocks.filter(({ text }) => text.type === 'mrkdwn').map(({ text }) => text.text);
    expect(markup).toEqual([`<${run}|Open the run>`]);
    const named = { ...note, title: 'Held: <!channel> & co' };
    expect((bodyOf.slack(named) as { text: string }).text).toBe('⚠️ Held: &lt;!channel&gt; &amp; co');
  });
  test('google-chat: no message text, and no tag in the card', () => {
    const body = bodyOf['google-chat'](note) as { cardsV2: { card: object }[]; text?: string };
    expect(body.text).toBeUndefined();
    expect(JSON.stringify(body)).not.toMatch(/<(?!\/?br)/);
    expect(JSON.stringify(body)).toContain('&lt;users/all&gt;');
    expect(body.cardsV2).toHaveLength(1);
  });
  test('teams: no emphasis, no link, and no mention without an entity', () => {
    const text = JSON.stringify(bodyOf.teams(note));
    expect(text).toContain('\\\\*bold\\\\*');
    expect(text).toContain('\\\\[x\\\\]\\\\(https://evil.example\\\\)');
    expect(text).not.toContain('"entities"');
    expect(bodyOf.teams(note)).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', actions: [{ type: 'Action.OpenUrl', url: run }] },
        },
      ],
    });
  });
  test.each(hookKinds)('%s: stays below what every vendor takes, whatever the reason', (kind) => {
    const long = endNote(held(`${hostile} `.repeat(2000)), env, at);
    expect(Buffer.byteLength(JSON.stringify(bodyOf[kind](long)))).toBeLessThan(16_000);
    expect(JSON.stringify(bodyOf[kind](long))).not.toContain('\u202e');
  });
});

test('the plain form has the fields of the note, and none that is not known', () => {
  expect(bodyOf.json(startNote('release', { name: 'ocr-api', region: 'r', project: 'p' }, {}, at))).toEqual({
    ...{ schema: 'backstay.notify/v1', event: 'started', action: 'release', at },
    ...{ title: 'Release of ocr-api began', text: 'r, project p' },
    target: { name: 'ocr-api', project: 'p', region: 'r' },
  });
});
