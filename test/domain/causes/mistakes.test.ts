import { expect, test } from '@jest/globals';
import { annotationOf } from '../../../src/domain/report/annotation.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { newReport } from '../../../src/domain/report/report.ts';
import { explainErrors } from '../../../src/runner/explain-errors.ts';
import { type Mistake, mistakes } from './mistakes.ts';

const names = {
  project: 'acme-prod',
  region: 'us-central1',
  name: 'ocr',
  member: 'serviceAccount:deployer@acme-prod.iam.gserviceaccount.com',
  entryPoint: 'ocr',
  sourceDir: 'functions/ocr',
  memory: '256Mi',
};

type Rating = 'good' | 'partial' | 'bad';

/** Rates a message by what a person sees: Google's sentence, then cause and repair, in the annotation and in the summary. */
async function rate(mistake: Mistake): Promise<{ rating: Rating; missing: string[] }> {
  const report = newReport('deploy');
  const { facts } = mistake;
  report.errors.push({ code: 'deploy-failed', what: facts.message, facts: structuredClone(facts) });
  report.reason = facts.message;
  await explainErrors(report, names, {});
  const [error] = report.errors;
  const annotation = annotationOf(report, 1)?.text ?? '';
  const summary = summaryOf(report);
  const { why = '', fix = '', commands = [], page = '' } = error ?? {};
  const missing = [
    ...(mistake.cause.test(why) ? [] : ['cause']),
    ...(mistake.repair.test([fix, ...commands].join('\n')) ? [] : ['repair']),
    ...(annotation.indexOf(facts.message.slice(0, 40)) === 0 && annotation.includes(why.slice(0, 40))
      ? []
      : ['sentence and cause in the annotation']),
    ...(commands.every((command) => annotation.split('\n').includes(command)) &&
    commands.every((command) => summary.includes(`\n> ${command}\n`))
      ? []
      : ['a command that stands alone']),
    ...(page.endsWith(`#${error?.row}`) && summary.includes(page) ? [] : ['page']),
  ];
  return { rating: missing.length > 0 ? 'bad' : mistake.partial ? 'partial' : 'good', missing };
}

test.each(mistakes.map((mistake) => [mistake.name, mistake] as const))(
  '%s has cause, repair and place',
  async (_name, mistake) => {
    expect((await rate(mistake)).missing).toEqual([]);
  },
);

test('the table has at least 59 rows: none is bad, and at most three are partial, with a reason', async () => {
  expect(mistakes.length).toBeGreaterThanOrEqual(59);
  expect(new Set(mistakes.map(({ name }) => name)).size).toBe(mistakes.length);
  const rated = await Promise.all(mistakes.map(rate));
  const count = (wanted: Rating) => rated.filter(({ rating }) => rating === wanted).length;
  expect(count('bad')).toBe(0);
  expect(count('partial')).toBeLessThanOrEqual(3);
});
