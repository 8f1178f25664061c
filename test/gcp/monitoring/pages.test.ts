import { expect, test } from '@jest/globals';
import { everyPage } from '../../../src/gcp/monitoring/pages.ts';
import { fakeRest } from '../../support/fake-rest.ts';

const signal = new AbortController().signal;
const asked = { path: 'v3/projects/p/alertPolicies', field: 'alertPolicies', fields: undefined };

test('what two pages list, because the list moved between them, is one thing', async () => {
  const pages = [
    { alertPolicies: [{ name: 'a', n: 1 }, { name: 'b' }], nextPageToken: '2' },
    { alertPolicies: [{ name: 'a', n: 2 }, { name: 'c' }] },
  ];
  const { rest } = fakeRest(() => ({ body: pages.shift() }));
  expect(await everyPage(rest, asked, signal)).toEqual([{ name: 'a', n: 2 }, { name: 'b' }, { name: 'c' }]);
});
