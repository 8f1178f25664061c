import { expect, test } from '@jest/globals';
import { type AgreeFacts, judgeAgreement } from '../../../src/domain/model/agree.ts';

const facts = (more: Partial<AgreeFacts>): AgreeFacts => ({
  ...{ open: false, revision: 'r-2', reference: 'gs://b/o#2', version: '2' },
  ...{ recorded: undefined, bytes: undefined, tags: undefined },
  ...more,
});

test.each<[Partial<AgreeFacts>, string]>([
  [{}, 'r-2 serves with version 2.'],
  [{ recorded: 'r-2' }, 'r-2 serves with version 2: record agrees.'],
  [{ bytes: true }, 'r-2 serves with version 2: bytes agree.'],
  [{ recorded: 'r-2', bytes: true, tags: true }, 'r-2 serves with version 2: record, bytes, tags agree.'],
])('%j is said in the right number', (more, reason) => {
  expect(judgeAgreement(facts(more))).toMatchObject({ verdict: 'pass', reason });
});
