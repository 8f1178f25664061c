import { expect, test } from '@jest/globals';
import { fingerprint } from '../../../../src/domain/data/fingerprint.ts';
import { inputsToSave, parseSaved, savedOf } from '../../../../src/domain/traffic/outside/saved.ts';

const fn = {
  description: 'Reads text',
  labels: { team: 'ocr', 'backstay-source': 'abc', 'goog-x': 'y' },
  serviceConfig: { ingressSettings: 'ALLOW_INTERNAL_ONLY' },
};
const saved = {
  ingress: 'ALLOW_INTERNAL_ONLY',
  description: fingerprint('Reads text'),
  labels: { team: 'ocr' },
};

test('reads what users can set', () => {
  expect(savedOf(fn)).toEqual(saved);
  expect(savedOf({})).toEqual({ ingress: 'ALLOW_ALL', description: '', labels: {} });
  expect(savedOf(undefined)).toBeUndefined();
});

test('names the inputs that save the old values again', () => {
  expect(inputsToSave(saved, saved)).toEqual([]);
  expect(inputsToSave(saved, { ingress: 'ALLOW_ALL', description: '', labels: {} })).toEqual([
    'ingress_settings: ALLOW_INTERNAL_ONLY',
    'description, with its text from before this release',
    'labels, with the values from before this release (of team)',
  ]);
  const bare = { ...saved, description: '', labels: {} };
  expect(inputsToSave(bare, saved)).toEqual(['description: ""', 'labels: ""']);
});

test.each([
  ['itself', saved, saved],
  ['no object', 'x', undefined],
  ['an ingress with a line break', { ...saved, ingress: 'ALLOW\nALL' }, undefined],
  ['a label that is none', { ...saved, labels: { 'a b': 'c' } }, undefined],
  ['a description that is no fingerprint', { ...saved, description: 'Reads text' }, undefined],
])('parses %s', (_, value, expected) => {
  expect(parseSaved(value)).toEqual(expected);
});
