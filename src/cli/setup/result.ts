import { uploadKeys } from '../../domain/login/commands.ts';
import { parseProvider } from '../../domain/login/identity.ts';
import { hasPublicKeys } from '../../domain/setup/admission.ts';
import { type SetupPlan, totals, toWrite } from '../../domain/setup/plan.ts';
import { gcloudLines } from '../../domain/setup/print/gcloud.ts';
import { terraformText } from '../../domain/setup/print/terraform.ts';
import { planData, yamlText } from '../../domain/setup/print/yaml.ts';
import { hints, planLines, totalsText } from '../../domain/setup/text.ts';
import { logText } from '../../domain/text/safe-text.ts';
import { andList } from '../../domain/text/sentence.ts';
import type { SetupEnd } from '../../steps/setup/setup.ts';
import type { Style } from '../terminal/style.ts';
import type { Ended, ExitCode } from '../verb.ts';

export interface ResultOptions {
  project: string;
  apply: boolean;
  undo: boolean;
  expectNoChanges: boolean;
  print: 'gcloud' | 'terraform' | 'yaml' | undefined;
  style: Style;
  /** The host of GitHub. */
  host: string;
}

/** The exit code: 3 if something differs and nothing may, 2 if something could not be read, 1 if something was not written. */
export function exitCodeOf(plan: SetupPlan, { apply, expectNoChanges }: ResultOptions): ExitCode {
  const { unknown, held, create, change, remove } = totals(plan);
  if (unknown > 0) return 2;
  if (expectNoChanges) return create + change + remove + held > 0 ? 3 : 0;
  return apply && held + create + change + remove > 0 ? 1 : 0;
}

/** What a set-up ended with, as a person reads it, as a document, and as an exit code. */
export function resultOf(end: SetupEnd, options: ResultOptions): Ended {
  const shown = end.left ?? end.plan;
  const code = exitCodeOf(shown, options);
  const json = {
    written: end.written,
    totals: totals(shown),
    plan: planData(end.plan),
    ...(end.left ? { left: planData(end.left.filter(({ sign }) => sign !== '=')) } : {}),
  };
  return { code, json, text: () => shownText(end, options) };
}

function shownText(end: SetupEnd, options: ResultOptions): string {
  const { print, project, host } = options;
  if (print === 'gcloud') return gcloudLines(toWrite(end.plan), project, host).join('\n');
  if (print === 'terraform') return terraformText(end.plan, project, host);
  if (print === 'yaml') return yamlText(end.plan);
  return tableText(end, options);
}

function tableText(
  { plan, left, written }: SetupEnd,
  { apply, undo, project, style, host }: ResultOptions,
): string {
  const shown = left ?? plan;
  const rows = planLines(left ? left.filter(({ sign }) => sign !== '=') : plan).map((line) =>
    coloured(line, style),
  );
  const unknown = shown.filter(({ sign }) => sign === '!');
  const commands = undo ? [] : gcloudLines(unknown, project, host);
  const next = undo
    ? ['APIs stay on, and environments and files stay, because others may use them.']
    : apply
      ? []
      : [nextStep(plan)];
  return [
    ...rows,
    ...(rows.length ? [''] : []),
    ...(left ? [`${written} written, and read again. ${totalsText(left)}.`] : [`${totalsText(plan)}.`]),
    ...hints(shown),
    ...(commands.length ? ['', ...commands] : []),
    ...(undo ? [] : keysOfServer(shown)),
    ...next.filter(Boolean),
  ].join('\n');
}

/** Google fetches the keys of an issuer itself. A server inside a company's network may be out of its reach. */
function keysOfServer(plan: SetupPlan): string[] {
  return plan.flatMap(({ resource, observed }) => {
    if (resource.kind !== 'provider' || hasPublicKeys(resource.issuer)) return [];
    if (observed.state === 'present' && observed.fields['uploaded keys'] === 'present') return [];
    return [
      `Google has to reach ${resource.issuer}/.well-known/openid-configuration to check the tokens of this server. If it cannot, upload the keys, and again whenever the server changes them:`,
      `    ${uploadKeys(parseProvider(resource.name), resource.issuer)}`,
    ];
  });
}

const nextStep = (plan: SetupPlan): string =>
  toWrite(plan).length > 0
    ? 'Nothing was written. --apply writes it; --print gcloud shows the commands.'
    : '';

function coloured(line: string, style: Style): string {
  const text = logText(line, 8000);
  if (line.startsWith('+')) return style.green(text);
  if (line.startsWith('~')) return style.yellow(text);
  if (line.startsWith('!') || line.startsWith('-')) return style.red(text);
  return line.startsWith('=') ? style.dim(text) : text;
}

/** What to do after everything was written: the files have to be committed, and the first release makes the service that grants wait for. */
export function nextSteps(written: SetupPlan, isNew: boolean): string[] {
  const files = written.flatMap(({ resource, sign }) =>
    resource.kind === 'file' && (sign === '+' || sign === '~') ? [resource.path] : [],
  );
  return [
    ...(files.length > 0 ? [`Next: commit and push ${andList(files)}.`] : []),
    ...(isNew
      ? ['After the first release, run this command again: it moves grants from the project to the service.']
      : []),
  ];
}
