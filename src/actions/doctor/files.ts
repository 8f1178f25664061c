import type { Examined } from '../../domain/doctor/check.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { doctorRules } from '../../domain/findings/rules/doctor.ts';
import { sloFile, suiteFile } from '../../domain/product.ts';
import type { Context } from '../../runner/context.ts';
import { readSuite, SuiteError } from '../../steps/smoke/read-suite.ts';
import { suiteFiles } from '../smoke-test/suite-files.ts';
import { readSloFile, SloFileError } from '../watch/slo-file.ts';
import type { Wanted } from './wanted-files.ts';

/** Reads the suite and the SLO file with everything that they name, as a release does. */
export async function examineFiles(
  { env }: Pick<Context, 'env'>,
  { suite, sloFile: slo }: Wanted,
): Promise<Examined> {
  const workspace = env.GITHUB_WORKSPACE || '.';
  if (suite === undefined && slo === undefined)
    return {
      part: 'files',
      state: 'skipped',
      text: `There is neither ${suiteFile} nor ${sloFile} here. In a workflow, check out the repository first.`,
      findings: [],
    };
  const findings: Finding[] = [];
  const good: string[] = [];
  if (suite !== undefined)
    try {
      const { cases } = await readSuite({ files: suiteFiles(workspace) }, suite);
      good.push(
        `${suite} has ${cases.length} ${cases.length === 1 ? 'case' : 'cases'}, and every file that it names is there`,
      );
    } catch (error) {
      findings.push(...problemsOf(error, suite));
    }
  if (slo !== undefined)
    try {
      const { objectives } = await readSloFile(slo, workspace);
      good.push(`${slo} has ${objectives.length} ${objectives.length === 1 ? 'objective' : 'objectives'}`);
    } catch (error) {
      findings.push(...problemsOf(error, slo));
    }
  return {
    part: 'files',
    state: findings.length > 0 ? 'bad' : 'ok',
    text: findings[0]?.title ?? `${good.join('; ')}.`,
    findings,
  };
}

/** One finding for each problem, at its line. */
function problemsOf(error: unknown, file: string): Finding[] {
  if (!(error instanceof ReleaseError)) throw error;
  const places = error instanceof SuiteError || error instanceof SloFileError ? error.problems : [];
  if (places.length === 0)
    return [
      {
        ...ofRule(doctorRules, 'doctor-file'),
        about: [file],
        title: error.what,
        why: error.why,
        fix: error.fix,
        file,
      },
    ];
  return places.slice(0, 20).map(({ line, column, message }) => ({
    ...ofRule(doctorRules, 'doctor-file'),
    about: [file, message],
    title: `${file}:${line}:${column}: ${message}`,
    file,
    line,
  }));
}
