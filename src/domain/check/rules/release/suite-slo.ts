import { sloFile, suiteFile } from '../../../product.ts';
import { parseOpenSlo } from '../../../slo/openslo.ts';
import { parseSuite } from '../../../smoke/suite/suite.ts';
import { mapsIn, nodeAt, textAt } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import { isGenerated, isSample } from '../../facts/kinds.ts';
import { fileName, folderOf, resolvePath } from '../../files/repository.ts';
import { placeOf } from '../../workflow/parts.ts';
import type { Rule } from '../rule.ts';
import { ownAction } from '../shared/uses.ts';

/** Suites and SLO files as the release would read them, and the files that a suite names. */
export const suiteSloInvalid: Rule = (facts, report) => {
  for (const file of filesOf(facts, suiteFile, 'suite')) {
    const text = facts.repository.text(file);
    if (text === undefined) continue;
    const parsed = parseSuite(text, fileName(file));
    const problems = 'problems' in parsed ? (parsed.problems ?? []) : [];
    for (const { line, column, message } of problems.slice(0, 20))
      report.found({
        severity: 'high',
        confidence: 'high',
        at: { file, line, column },
        title: `The smoke suite is not valid: ${message}`,
        fix: 'Correct the line. The schema is in schemas/.',
        evidence: `${file} ${message}`,
      });
    missingImages(facts, file, report);
  }
  for (const file of filesOf(facts, sloFile, 'slo_file')) {
    const text = facts.repository.text(file);
    if (text === undefined) continue;
    const parsed = parseOpenSlo(text, fileName(file));
    for (const { line, column, message } of 'problems' in parsed ? parsed.problems.slice(0, 20) : [])
      report.found({
        severity: 'high',
        confidence: 'high',
        at: { file, line, column },
        title: `The SLO file is not valid: ${message}`,
        fix: 'Correct the line. The schema is in schemas/.',
        evidence: `${file} ${message}`,
      });
    unreachable(facts, file, report);
  }
};

function filesOf(facts: Facts, name: string, input: string): string[] {
  const named = facts.steps.flatMap((step) => {
    const given = ownAction(step.uses) === undefined ? undefined : step.with.get(input)?.known;
    const path = given === undefined ? undefined : resolvePath('', given);
    return path === undefined ? [] : [path];
  });
  const standard = facts.repository.paths.filter(
    (path) =>
      (fileName(path) === name || path.endsWith(`.${name}`)) &&
      !isGenerated(path) &&
      !(isSample(path) && !/^examples\//.test(path)),
  );
  return [...new Set([...named, ...standard])];
}

/** An objective of 100 % leaves no budget, so no release could ever keep it. */
function unreachable(facts: Facts, file: string, report: Parameters<Rule>[1]): void {
  const read = facts.yaml(file);
  for (const root of read && 'documents' in read ? read.documents : [])
    for (const map of mapsIn(root))
      for (const key of ['target', 'targetPercent']) {
        const value = nodeAt(map, key);
        const number = value?.kind === 'text' ? Number(value.text) : Number.NaN;
        if (value?.kind !== 'text' || !(number >= (key === 'target' ? 1 : 100))) continue;
        report.found({
          severity: 'high',
          confidence: 'high',
          at: placeOf(file, value),
          title: `An objective of 100 % leaves no error budget, so no release can keep it.`,
          fix: 'Set a target that the service has kept, such as 0.995.',
          evidence: `${file} objective 100`,
        });
      }
}

/** Images and texts that a suite names and the repository does not hold. */
function missingImages(facts: Facts, file: string, report: Parameters<Rule>[1]): void {
  const read = facts.yaml(file);
  const paths = new Set(facts.repository.paths);
  for (const root of read && 'documents' in read ? read.documents : [])
    for (const map of mapsIn(root))
      for (const key of ['image', 'text_file']) {
        const value = nodeAt(map, key);
        const text = value?.kind === 'text' ? value.text : (textAt(value, 'file') ?? undefined);
        if (
          value === undefined ||
          text === undefined ||
          /^(gs|https?):\/\//.test(text) ||
          text.includes('${')
        )
          continue;
        const path = resolvePath(folderOf(file), text);
        if (path !== undefined && paths.has(path)) continue;
        report.found({
          severity: 'high',
          confidence: 'medium',
          at: placeOf(file, value),
          title: `The suite names ${text}, which is not in the repository.`,
          fix: 'Commit the file, or correct its path.',
          evidence: `${file} ${text}`,
        });
      }
}
