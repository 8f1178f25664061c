import { describe, expect, test } from '@jest/globals';
import { hookHosts, hookSecrets, parseHooks } from '../../../src/domain/notify/hook.ts';

const slack = 'https://hooks.slack.com/services/T00000001/B00000002/aBcDeFgHiJkLmNoPqRsTuVwX';
const chat = 'https://chat.googleapis.com/v1/spaces/AAAA/messages?key=kEy0123456789&token=tOkEn0123456789';
const teams =
  'https://prod-01.westeurope.logic.azure.com:443/workflows/0a1b/triggers/manual/paths/invoke?sig=sIg0123456789';

describe('what is read', () => {
  test.each([
    [`slack ${slack}`, 'slack', 'hooks.slack.com'],
    [slack, 'slack', 'hooks.slack.com'],
    [chat, 'google-chat', 'chat.googleapis.com'],
    [`google_chat ${chat}`, 'google-chat', 'chat.googleapis.com'],
    [teams, 'teams', 'prod-01.westeurope.logic.azure.com'],
    // Mattermost and others take what Slack takes.
    ['slack https://chat.example.com/hooks/abc', 'slack', 'chat.example.com'],
    ['json https://example.com/hook', 'json', 'example.com'],
    ['json http://127.0.0.1:8080/hook', 'json', '127.0.0.1:8080'],
  ])('%s: %s', (text, kind, host) => expect(parseHooks(text)).toMatchObject([{ kind, host }]));

  test('several lines, comments and a key', () => {
    const hooks = parseHooks(
      `# the team\nslack ${slack}\n\njson https://example.com/x secret=0123456789abcdef`,
    );
    expect(hooks.map(({ kind, secret }) => [kind, secret])).toEqual([
      ['slack', undefined],
      ['json', '0123456789abcdef'],
    ]);
  });
});

describe('what is refused, without a word of the line', () => {
  test.each([
    ['https://example.com/secret-path', 'expected the kind of the webhook before its URL'],
    ['slak https://example.com/secret-path', 'did you mean slack?'],
    ['slack http://example.com/secret-path', 'begins with https://'],
    ['slack https://user:secret-path@example.com/', 'without user and password'],
    ['slack secret-path', 'expected the URL of a webhook'],
    ['json https://example.com/secret-path secret=short', 'at least 16 characters'],
    ['slack https://example.com/secret-path secret=0123456789abcdef', 'for json alone'],
    ['json https://example.com/secret-path token=0123456789abcdef', 'at most secret=KEY'],
  ])('%s', (text, expected) => {
    expect(() => parseHooks(text)).toThrow(expected);
    expect(() => parseHooks(`# one\n${text}`)).toThrow('line 2: ');
    try {
      parseHooks(text);
    } catch (error) {
      expect((error as Error).message).not.toContain('secret-path');
      expect((error as Error).message).not.toContain('example.com');
    }
  });
});

test('every part that lets somebody write is secret, the host is not', () => {
  const secrets = hookSecrets(`slack ${slack}\n${chat}\njson https://example.com/x secret=0123456789abcdef`);
  for (const part of [
    'aBcDeFgHiJkLmNoPqRsTuVwX',
    slack,
    'tOkEn0123456789',
    'kEy0123456789',
    '0123456789abcdef',
  ])
    expect(secrets).toContain(part);
  expect(secrets).not.toContain('hooks.slack.com');
  expect(hookHosts(`slack ${slack}`)).toEqual(['hooks.slack.com']);
});
