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

function testCase(result: CaseResult, evidence: SmokeEvidence): string[] {
  const what = result.failures.map((failure) => failure.what).join('\n') || (result.note ?? '');
  const lines = [
    `    <testcase name="${xml(result.name)}" classname="${xml(`${evidence.suite}.${result.kind}`)}" time="${seconds(result.milliseconds)}" file="${xml(evidence.file)}" line="${result.place.line}">`,
  ];
  const properties = propertiesOf(result);
  if (properties.length > 0)
    lines.push(
      '      <properties>',
      ...properties.map(([name, value]) => `        <property name="${name}" value="${xml(value)}"/>`),
      '      </properties>',
    );
  const message = xml(what.split('\n', 1)[0] ?? '', 500);
  if (result.status === 'failed')
    lines.push(
      `      <failure message="${message}" type="${result.failures[0]?.check ?? 'failed'}">${xml(what)}</failure>`,
    );
  if (result.status === 'error')
    lines.push(`      <error message="${message}" type="no-answer">${xml(what)}</error>`);
  if (result.status === 'skipped') lines.push(`      <skipped message="${message}"/>`);
  if (result.recognised !== undefined && result.status === 'failed')
    lines.push(
      `      <system-out>${xml(`expected:\n${result.expected ?? ''}\nrecognised:\n${result.recognised}`, 8000)}</system-out>`,
    );
  return [...lines, '    </testcase>'];
}

/** The results as JUnit XML. It has no official schema, so this is what most readers share (testmoapp/junitxml lists the dialects). */
export function junit(evidence: SmokeEvidence): string {
  const count = (status: CaseResult['status']) =>
    evidence.results.filter((result) => result.status === status).length;
  const totals = `tests="${evidence.results.length}" failures="${count('failed')}" errors="${count('error')}" skipped="${count('skipped')}" time="${seconds(evidence.milliseconds)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(evidence.suite)}" ${totals}>`,
    `  <testsuite name="${xml(evidence.suite)}" ${totals} file="${xml(evidence.file)}">`,
    ...evidence.results.flatMap((result) => testCase(result, evidence)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
