import type { CaseResult, SmokeEvidence } from './result.ts';

/** Text for XML 1.0: escaped, and without the characters that XML cannot hold. */
function xml(text: string, most = 4000): string {
  return text
    .slice(0, most)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\n/g, '&#10;')
    .replace(/\r/g, '&#13;')
    .replace(/\t/g, '&#9;');
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(3);

function propertiesOf(result: CaseResult): [string, string][] {
  const properties: [string, string][] = [];
  const { score } = result;
  if (score) {
    for (const name of ['cer', 'wer', 'spacedCer', 'jamoCer', 'normalisedCer', 'bagOfWords'] as const)
      properties.push([name, score[name].toFixed(6)]);
    for (const name of ['substitutions', 'deletions', 'insertions', 'length'] as const)
      properties.push([name, String(score[name])]);
  }
  if (result.attempts.length > 0) properties.push(['attempts', result.attempts.join(', ')]);
  if (result.flaky) properties.push(['flaky', 'true']);
  return properties;
}

/** Where and when the suite ran. */
export interface JunitRun {
  /** Milliseconds since the epoch at which the suite ended. */
  endedAt: number;
  /** Name of the machine. */
  host: string | undefined;
}

function testCase(result: CaseResult, evidence: SmokeEvidence): string[] {
  const what = result.failures.map((failure) => failure.what).join('\n') || (result.note ?? '');
  const open = `    <testcase name="${xml(result.name)}" classname="${xml(`${evidence.suite}.${result.kind}`)}" time="${seconds(result.milliseconds)}"`;
  const message = xml(what.split('\n', 1)[0] ?? '', 500);
  // The schemas have no place for the line in the suite, except the text.
  const text = xml(`${evidence.file}:${result.place.line}: ${what}`);
  if (result.status === 'failed')
    return [
      `${open}>`,
      `      <failure message="${message}" type="${xml(result.failures[0]?.check ?? 'failed')}">${text}</failure>`,
      '    </testcase>',
    ];
  if (result.status === 'error')
    return [
      `${open}>`,
      `      <error message="${message}" type="no-answer">${text}</error>`,
      '    </testcase>',
    ];
  if (result.status === 'skipped')
    return [`${open}>`, `      <skipped>${message}</skipped>`, '    </testcase>'];
  return [`${open}/>`];
}

/** What the failed cases expected and recognised. */
const readings = (results: readonly CaseResult[]) =>
  results
    .filter(({ status, recognised }) => status === 'failed' && recognised !== undefined)
    .map(
      ({ name, expected = '', recognised = '' }) =>
        `${name}\nexpected:\n${expected}\nrecognised:\n${recognised}\n`,
    )
    .join('\n');

/**
 * The results as JUnit XML that both the schema of Ant and that of Jenkins accept. Neither knows properties or a place of a
 * single test, so scores are properties of the suite, and the place begins the text of a failure.
 */
export function junit(evidence: SmokeEvidence, { endedAt, host }: JunitRun): string {
  const { results } = evidence;
  const count = (status: CaseResult['status']) => results.filter((result) => result.status === status).length;
  // Ant's schema takes no fractions and no zone.
  const timestamp = new Date(endedAt - evidence.milliseconds).toISOString().slice(0, 19);
  const suite = xml(evidence.suite) || 'suite';
  const properties: [string, string][] = [
    ['file', evidence.file],
    ...results.flatMap((result) =>
      propertiesOf(result).map(([name, value]): [string, string] => [`${result.name}: ${name}`, value]),
    ),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${suite}" id="0" package="${suite}" timestamp="${timestamp}" hostname="${xml(host ?? '') || 'localhost'}" tests="${results.length}" failures="${count('failed')}" errors="${count('error')}" skipped="${count('skipped')}" time="${seconds(evidence.milliseconds)}">`,
    '    <properties>',
    ...properties.map(([name, value]) => `      <property name="${xml(name)}" value="${xml(value)}"/>`),
    '    </properties>',
    ...results.flatMap((result) => testCase(result, evidence)),
    `    <system-out>${xml(readings(results), 100_000)}</system-out>`,
    '    <system-err></system-err>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
