import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ruleCatalog, rulePage, ruleTables } from '../../../src/domain/findings/catalog.ts';
import { ofRule } from '../../../src/domain/findings/of-rule.ts';
import { checkRules } from '../../../src/domain/findings/rules/check.ts';
import { exposureRules } from '../../../src/domain/findings/rules/exposure.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const rules = Object.entries(ruleCatalog);

/** All of src except the catalogue itself. */
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('findings/rules'))
  .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
  .join('\n');

describe('the catalogue of rules', () => {
  test('no two capabilities share an id', () => {
    const ids = Object.values(ruleTables).flatMap((table) => Object.keys(table));
    expect(new Set(ids).size).toBe(ids.length);
    // The checks of files have a catalogue of their own. One id is a rule of both.
    const both = Object.keys(checkRules).filter((id) => ids.includes(id));
    expect(both).toEqual(['public-binding', 'gateway-open']);
    expect(rules.length).toBe(ids.length + Object.keys(checkRules).length - both.length);
  });

  test.each(rules)(
    '%s: kebab case, a title without a full stop, a whole sentence why',
    (id, { title, why }) => {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(why).toMatch(/^[A-Z].*\.$/);
    },
  );

  test('every rule is used by the code', () => {
    // These ids are put together from the name of a check or of another run.
    const stems = ['smoke-', 'login-stranger-'];
    const unused = rules
      .map(([id]) => id)
      .filter((id) => {
        const stem = stems.find((start) => id.startsWith(start)) ?? '';
        return (
          !sources.includes(`'${id}'`) && (stem === '' || !sources.includes(`'${id.slice(stem.length)}'`))
        );
      });
    expect(unused).toEqual([]);
  });

  test('the code states a severity only for a rule whose severity varies', () => {
    const catalog: Readonly<Record<string, { severity: string }>> = ruleCatalog;
    const stated = [...sources.matchAll(/\brule: '([a-z-]+)'/g)].map(([, id = '']) => id);
    expect(stated).toContain('not-read');
    expect(
      stated.filter((id) => catalog[id] && !(id in checkRules) && catalog[id].severity !== 'varies'),
    ).toEqual([]);
    expect(ofRule(exposureRules, 'iap-public')).toEqual({ rule: 'iap-public', severity: 'critical' });
  });

  test('every rule has its place on the page', () => {
    const page = readFileSync(join(root, 'docs/reference/findings.md'), 'utf8');
    const checks = readFileSync(join(root, 'docs/reference/checks.md'), 'utf8');
    for (const id of Object.values(ruleTables).flatMap((table) => Object.keys(table)))
      expect(page).toContain(`\n### ${id}\n`);
    for (const id of Object.keys(checkRules)) expect(checks).toContain(`\n## ${id}\n`);
    expect(rulePage('public-binding')).toMatch(/\/docs\/reference\/findings\.md#public-binding$/);
  });
});
