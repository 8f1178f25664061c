import type { Facts } from '../../facts/facts.ts';
import type { Place } from '../../files/repository.ts';
import type { Reporter } from '../../found.ts';
import { programOf } from '../../shell/command.ts';
import { lastOption } from '../../shell/gcloud.ts';
import type { Step } from '../../workflow/model.ts';
import type { Rule } from '../rule.ts';

const fix =
  'Log in with workload identity federation: workload_identity_provider and service_account, with the permission id-token: write. Then delete the key.';

/** Inputs of actions that take a key. */
const keyInputs: readonly [RegExp, string[]][] = [
  [/^google-github-actions\/auth$/, ['credentials_json']],
  [/^google-github-actions\/setup-gcloud$/, ['service_account_key', 'credentials_json']],
  [
    /^google-github-actions\/(deploy-[\w-]+|get-[\w-]+|upload-[\w-]+)$/,
    ['credentials', 'credentials_json', 'gcp_credentials'],
  ],
  [/^FirebaseExtended\/action-hosting-deploy$/, ['firebaseServiceAccount']],
  [/^(w9jds|wzieba)\//, ['GCP_SA_KEY', 'serviceCredentialsFileContent']],
];

export const keyLogin: Rule = (facts, report) => {
  for (const step of facts.steps) {
    inInputs(step, report);
    inEnvironment(step, report);
  }
  inCommands(facts, report);
};

const expressionOf = (name: string): string => `$\{{ ${name} }}`;

const tell = (
  report: Reporter,
  at: Place,
  title: string,
  evidence: string,
  isLoose = false,
  edits: { old: string; new: string; at: Place }[] = [],
) =>
  report.found({
    severity: isLoose ? 'high' : 'critical',
    confidence: isLoose ? 'medium' : 'high',
    at,
    title,
    fix,
    evidence,
    edits: edits.map(({ old, new: text, at: place }) => ({ ...place, old, new: text })),
  });

function inInputs(step: Step, report: Reporter): void {
  const name = step.uses?.name ?? '';
  for (const input of keyInputs.find(([pattern]) => pattern.test(name))?.[1] ?? []) {
    const given = step.with.get(input);
    if (!given || given.text.trim() === '' || given.known === '') continue;
    const old = `${input}: ${given.text}`;
    const column = given.at.column - input.length - 2;
    const isAuth =
      name === 'google-github-actions/auth' &&
      !step.with.has('workload_identity_provider') &&
      given.node.style === 'plain';
    const edit = {
      old,
      new: `workload_identity_provider: ${expressionOf('vars.WORKLOAD_IDENTITY_PROVIDER')}`,
      at: { ...given.at, column },
    };
    tell(
      report,
      given.at,
      `${name} logs in with a key (${input}).`,
      `${name} ${input} ${given.text}`,
      false,
      isAuth ? [edit] : [],
    );
  }
  if (name === 'docker/login-action' && /^_json_key(_base64)?$/.test(step.with.get('username')?.known ?? ''))
    tell(
      report,
      step.with.get('username')?.at ?? step.at,
      'docker/login-action logs in with a key (_json_key).',
      `${name} _json_key`,
    );
}

const fromSecret = (text: string | undefined): boolean => /\$\{\{[^}]*\bsecrets\./.test(text ?? '');

/** The key itself in a variable that Google's libraries read, or its file, which a step writes from a secret. */
function inEnvironment(step: Step, report: Reporter): void {
  const direct = [
    'GOOGLE_CREDENTIALS',
    'GOOGLE_CLOUD_KEYFILE_JSON',
    'GCLOUD_KEYFILE_JSON',
    'GOOGLE_APPLICATION_CREDENTIALS_JSON',
  ];
  for (const name of direct) {
    const value = step.env.get(name);
    if (value && fromSecret(value.text))
      tell(report, value.at, `${name} holds the key of a service account.`, `${name} ${value.text}`);
  }
  const { job } = step;
  for (const command of step.script?.commands ?? []) {
    const secret =
      command.words.some(
        ({ raw }) =>
          fromSecret(raw) ||
          [...raw.matchAll(/\$\{?(\w+)\}?/g)].some(([, name]) => fromSecret(step.env.get(name ?? '')?.text)),
      ) ||
      fromSecret(command.input?.text) ||
      fromSecret(command.input?.raw);
    if (!secret) continue;
    for (const { text, at } of command.writes) {
      if (text === undefined || /GITHUB_(ENV|OUTPUT)/.test(text)) continue;
      const named = job.steps.some(
        (other) =>
          [...other.env].some(
            ([name, value]) =>
              name === 'GOOGLE_APPLICATION_CREDENTIALS' && value.text.endsWith(text.replace(/^.*\//, '')),
          ) ||
          (other.script?.commands ?? []).some(({ words }) =>
            words.some(
              (word) =>
                word.text?.startsWith('GOOGLE_APPLICATION_CREDENTIALS=') &&
                word.text.endsWith(text.replace(/^.*\//, '')),
            ),
          ),
      );
      if (named)
        tell(
          report,
          at,
          `A step writes a secret to ${text}, and GOOGLE_APPLICATION_CREDENTIALS names that file.`,
          `GOOGLE_APPLICATION_CREDENTIALS ${text}`,
        );
    }
  }
}

function inCommands({ calls, scripts }: Facts, report: Reporter): void {
  for (const call of calls) {
    if (call.verb === 'auth activate-service-account') {
      const option = lastOption(call, '--key-file');
      tell(
        report,
        option?.word.at ?? call.at,
        'gcloud auth activate-service-account logs in with a key.',
        `activate-service-account ${option?.value ?? ''}`,
        call.isLoose,
      );
    }
    if (call.verb === 'iam service-accounts keys create')
      tell(
        report,
        call.at,
        'gcloud creates a key of a service account.',
        `keys create ${call.positionals[0]?.text ?? ''}`,
        call.isLoose,
      );
    if (call.verb === 'auth login') {
      const option = lastOption(call, '--cred-file');
      const raw = option?.valueWord?.raw ?? '';
      if (
        option &&
        /key|sa\.json|service[-_]?account/i.test(raw) &&
        !/GHA_CREDS|GOOGLE_APPLICATION_CREDENTIALS/.test(raw)
      )
        tell(
          report,
          option.word.at,
          `gcloud auth login reads the key ${raw.replace(/^--cred-file=/, '')}.`,
          `auth login ${raw}`,
          call.isLoose,
        );
    }
  }
  for (const { script, isLoose } of scripts)
    for (const command of script.commands) {
      const at = command.words.findIndex(({ text }) => text === '-u' || text === '--username');
      if (
        programOf(command) === 'docker' &&
        command.words[1]?.text === 'login' &&
        command.words.some(({ text }, index) => /^_json_key/.test(text ?? '') && index === at + 1)
      )
        tell(report, command.at, 'docker login uses a key (_json_key).', 'docker login _json_key', isLoose);
    }
}
