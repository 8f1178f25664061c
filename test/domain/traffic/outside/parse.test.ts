import { expect, test } from '@jest/globals';
import { parseOutside } from '../../../../src/domain/traffic/outside/parse.ts';
import type { OutsideSettings } from '../../../../src/domain/traffic/outside/settings.ts';

const settings: OutsideSettings = {
  ingress: 'INGRESS_TRAFFIC_ALL',
  invokerIamDisabled: false,
  iapEnabled: true,
  defaultUriDisabled: false,
  scaling: { minInstanceCount: 1, scalingMode: 'AUTOMATIC' },
  customAudiences: ['https://a'],
  labels: { team: 'ocr' },
  description: 'Reads text',
};

test('reads what it wrote', () => {
  const text = JSON.stringify({ before: settings, after: { ...settings, ingress: undefined } });
  expect(parseOutside(JSON.parse(text))).toEqual({
    before: settings,
    after: { ...settings, ingress: undefined },
  });
  expect(parseOutside({ before: settings })).toEqual({ before: settings });
  const answer = { answered: false, status: 404, by: 'ingress' };
  expect(parseOutside({ before: settings, answer })).toEqual({ before: settings, answer });
  expect(parseOutside({ before: settings, answer: { ...answer, status: 'x', by: 'a b' } })).toEqual({
    before: settings,
    answer: { answered: false },
  });
});

test.each([
  ['nothing', undefined],
  ['no settings before', { after: settings }],
  ['an ingress that is none', { before: { ...settings, ingress: 'all; rm' } }],
  ['a count below zero', { before: { ...settings, scaling: { minInstanceCount: -1 } } }],
  [
    'too many labels',
    {
      before: {
        ...settings,
        labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, 'x'])),
      },
    },
  ],
  ['a label with a line break', { before: { ...settings, labels: { a: 'b\nc' } } }],
  ['an audience that is no text', { before: { ...settings, customAudiences: [1] } }],
  ['a description without end', { before: { ...settings, description: 'x'.repeat(3000) } }],
  ['an `after` that cannot be read', { before: settings, after: { ...settings, scaling: 3 } }],
])('%s: nothing is put back', (_, value) => {
  expect(parseOutside(value)).toBeUndefined();
});
