import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { CheckEvidence } from '../../../src/domain/check/evidence.ts';
import { sarifOf as checkSarif } from '../../../src/domain/check/sarif.ts';
import { sarifOf } from '../../../src/domain/exposure/sarif.ts';
import type { Finding } from '../../../src/domain/findings/finding.ts';

/** Validates the files of the guard and of the check with Microsoft's SARIF validator, by its rules for the format and by those for GitHub. */

const program = join(
  homedir(),
  '.cache/backstay-peers/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool',
);
const there = existsSync(program);
if (!there) console.warn('Skipped: SARIF is not validated. `.ci/run` installs the validator.');

const finding = (more: Partial<Finding>): Finding => ({
  ...{
    rule: 'public-binding',
    severity: 'critical',
    title: 'Anyone may call ocr.',
    why: 'A member is public.',
  },
  ...more,
});
const findings = [
  finding({
    fix: 'Remove it:',
    commands: ['gcloud run services remove-iam-policy-binding ocr'],
    about: ['a'],
  }),
  finding({ severity: 'low', about: ['b'] }),
  finding({ rule: 'public-under-false-condition', severity: 'low', file: 'main.tf', line: 3, source: 'x' }),
];
/** What the check found: one rule with two severities, one finding twice, and one rule that is not about security. */
const seen = [
  { rule: 'public-flag', severity: 'critical', fingerprint: 'a1', line: 3, is_new: true },
  { rule: 'public-flag', severity: 'low', fingerprint: 'b2', line: 9, is_new: false },
  { rule: 'release-cancelled', severity: 'high', fingerprint: 'c3', line: 4, is_new: true },
  { rule: 'release-cancelled', severity: 'high', fingerprint: 'c3', line: 14, is_new: true },
] as const;
const checked: CheckEvidence = {
  ...{ base: 'b', fail_on: 'new', fail_severity: 'medium', files: 2 },
  ...{ unknown: [], silenced: [], unread: [], diffs: [], linters: [] },
  found: seen.map((one) => ({
    ...one,
    ...{ confidence: 'high', counts: true, file: '.github/workflows/r s.yml', column: 7, has_fix: false },
  })),
};
const ofCheck = seen.map(({ rule, severity, line }) =>
  finding({ rule, severity, line, fix: 'Take it away.' }),
);
const target = { project: 'p-one', region: 'us-central1', name: 'ocr' };
const options = { workflow: '.github/workflows/r.yml', version: '1.0.0' };

(there ? test : test.skip)("the validator has nothing to say, by GitHub's rules too", () => {
  const folder = mkdtempSync(join(tmpdir(), 'sarif-'));
  const validate = (name: string, sarif: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(sarif, null, 2));
    const { stdout } = spawnSync(program, ['validate', '--rule-kind', 'Sarif;Ghas', join(folder, name)], {
      encoding: 'utf8',
      env: {
        ...process.env,
        DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
        DOTNET_BUNDLE_EXTRACT_BASE_DIR: folder,
      },
    });
    expect(stdout).toContain('Analysis completed successfully');
    return stdout.split('\n').filter((line) => /: (error|warning|note) /.test(line));
  };
  try {
    expect(validate('found.sarif', sarifOf({ target, findings }, options))).toEqual([]);
    expect(validate('checked.sarif', checkSarif(checked, ofCheck, '1.0.0'))).toEqual([]);
    // It finds something in a file that is wrong.
    const wrong = JSON.stringify(sarifOf({ target, findings }, options), (key, value) =>
      key === 'help' ? undefined : value,
    );
    expect(validate('wrong.sarif', JSON.parse(wrong)).length).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
