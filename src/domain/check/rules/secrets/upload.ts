import { refusedName } from '../../../source/refused-files.ts';
import { textAt } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Place } from '../../files/repository.ts';
import { fileName, type Repository, resolvePath } from '../../files/repository.ts';
import type { Reporter } from '../../found.ts';
import type { ShellCommand } from '../../shell/command.ts';
import { programOf } from '../../shell/command.ts';
import { lastOption } from '../../shell/gcloud.ts';
import type { Job, Step } from '../../workflow/model.ts';
import type { Rule } from '../rule.ts';
import { isKeylessLogin, ownAction } from '../shared/uses.ts';

interface Source {
  folder: string;
  at: Place;
  step: Step | undefined;
}

/** The source folders that the repository uploads. Undefined folders are known only to a run. */
export function sourcesOf(facts: Facts): Source[] {
  const found: Source[] = [];
  for (const call of facts.calls) {
    const option = lastOption(call, '--source');
    if (call.isAction || !/^(functions deploy|run deploy|builds submit)$/.test(call.verb)) continue;
    if (call.verb === 'run deploy' && !option) continue;
    const text =
      call.verb === 'builds submit' ? (call.positionals[0]?.text ?? '.') : option ? option.value : '.';
    if (text === undefined || /^(gs|https?):\/\//.test(text)) continue;
    const within = call.step ? (textAt(call.step.node, 'working-directory') ?? '') : '';
    const folder = resolvePath(within, text);
    if (folder !== undefined) found.push({ folder, at: option?.word.at ?? call.at, step: call.step });
  }
  for (const step of facts.steps) {
    const own = ownAction(step.uses);
    const google = /^google-github-actions\/deploy-(cloudrun|cloud-functions)$/.test(step.uses?.name ?? '');
    if (!google && own !== 'release' && own !== 'deploy') continue;
    const given = step.with.get('source_dir') ?? step.with.get('source');
    if (step.with.has('image') || (step.uses?.name.endsWith('cloudrun') && !given)) continue;
    const folder = given ? (given.known === undefined ? undefined : resolvePath('', given.known)) : '';
    if (folder !== undefined) found.push({ folder, at: given?.at ?? step.uses?.at ?? step.at, step });
  }
  return found;
}

/** Secrets in the computed upload set, and files that an earlier step copies into the folder. */
export const envInUpload: Rule = (facts, report) => {
  const told = new Set<string>();
  for (const { folder, at, step } of sourcesOf(facts)) {
    const upload = facts.repository.upload(folder);
    for (const { path, what } of upload?.secrets ?? []) {
      const file = folder === '' ? path : `${folder}/${path}`;
      if (told.has(file)) continue;
      told.add(file);
      const isShown = showsAll(facts.repository.text(file));
      report.found({
        severity: isShown ? 'info' : 'high',
        confidence: isShown ? 'low' : 'high',
        at,
        title: `The upload of ${folder || 'the repository'} holds ${path}: ${isShown ? 'an environment file, whose values a page shows to every browser' : what}.`,
        fix: `Leave it out: add a line to ${folder ? `${folder}/` : ''}.gcloudignore.`,
        evidence: `upload ${file}`,
        edits: ignoreEdit(facts.repository, folder, '.gcloudignore', `/${path}`),
      });
    }
    for (const { path, command } of copied(step)) {
      const inside =
        folder === '' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
      const what = inside === undefined ? undefined : refusedName(fileName(inside));
      if (inside === undefined || what === undefined || upload?.leavesOut(inside)) continue;
      report.found({
        severity: 'high',
        confidence: 'medium',
        at: command.at,
        title: `A step puts ${path} into the source folder, and the upload holds it: ${what}.`,
        fix: 'Keep the values in Secret Manager, and do not copy the file.',
        evidence: `copied ${path}`,
        edits: ignoreEdit(facts.repository, folder, '.gcloudignore', `/${inside}`),
      });
    }
  }
};

/** Do the names in an environment file all say that the build puts their values into a page? */
function showsAll(text: string | undefined): boolean {
  const names = [...(text ?? '').matchAll(/^\s*(?:export\s+)?(\w+)\s*=/gm)].map(([, name = '']) => name);
  return (
    names.length > 0 &&
    names.every((name) => /^(VITE|REACT_APP|VUE_APP|([A-Z]+_)?PUBLIC)_|^NODE_ENV$/.test(name))
  );
}

/** Files that this step and the steps before it write. */
function copied(step: Step | undefined): { path: string; command: ShellCommand }[] {
  const steps = step ? step.job.steps.slice(0, step.job.steps.indexOf(step) + 1) : [];
  return steps.flatMap((one) =>
    (one.script?.commands ?? []).flatMap((command) => {
      const within = textAt(one.node, 'working-directory') ?? '';
      const program = programOf(command);
      const plain = command.words
        .slice(1)
        .flatMap(({ text }) => (text !== undefined && !text.startsWith('-') ? [text] : []));
      const targets = command.writes.flatMap(({ text }) => (text === undefined ? [] : [text]));
      if ((program === 'cp' || program === 'mv' || program === 'install') && plain.length >= 2) {
        const last = plain.at(-1) as string;
        targets.push(last, ...plain.slice(0, -1).map((from) => `${last}/${fileName(from)}`));
      }
      if (program === 'tee') targets.push(...plain);
      return targets.flatMap((text) => {
        const path = resolvePath(within, text);
        return path === undefined ? [] : [{ path, command }];
      });
    }),
  );
}

/** Adds a line to an ignore file that exists. A new `.gcloudignore` would switch gcloud's own defaults off. */
export function ignoreEdit(repository: Repository, folder: string, name: string, line: string) {
  const file = folder === '' ? name : `${folder}/${name}`;
  const text = repository.text(file);
  if (text === undefined) return [];
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  return [
    {
      file,
      line: lines.length,
      column: last.length + 1,
      old: '',
      new: `${last === '' ? '' : '\n'}${line}\n`,
    },
  ];
}

export const credsSwept: Rule = (facts, report) => {
  for (const job of facts.jobs) {
    const login = job.steps.findIndex(
      (step) =>
        step.uses?.name === 'google-github-actions/auth' &&
        step.with.get('create_credentials_file')?.known !== 'false' &&
        (isKeylessLogin(step) || step.with.has('credentials_json')),
    );
    if (login < 0) continue;
    for (const step of job.steps.slice(login + 1)) sweeps(facts, job, step, report);
  }
};

const pattern = 'gha-creds-*.json';

function sweeps(facts: Facts, job: Job, step: Step, report: Reporter): void {
  const tell = (at: Place, how: string, ignoreFile: string, folder: string) => {
    if (ignores(facts, folder, ignoreFile)) return;
    const text = facts.repository.text(folder === '' ? ignoreFile : `${folder}/${ignoreFile}`);
    report.found({
      severity: 'high',
      confidence: 'medium',
      at,
      title: `${how} packs the workspace after the login, with the credentials file gha-creds-*.json.`,
      fix: `Add ${pattern} to ${ignoreFile}, or set create_credentials_file: false.`,
      evidence: `${job.workflow.file} ${job.id} ${how}`,
      edits: text === undefined ? [] : ignoreEdit(facts.repository, folder, ignoreFile, pattern),
    });
  };
  const name = step.uses?.name ?? '';
  const path = step.with.get('path')?.text.trim() ?? '';
  const context = step.with.get('context')?.text.trim();
  const workspace = /^(\.|\.\/|\*\*?|\.\/\*\*?|\$\{\{\s*github\.workspace\s*\}\}\/?)$/;
  if (name === 'actions/upload-artifact' && workspace.test(path)) {
    if (!/gha-creds/.test(path)) tell(step.at, 'upload-artifact', '.gitignore-of-artifacts', '');
  } else if (
    name === 'docker/build-push-action' &&
    context !== undefined &&
    workspace.test(context) &&
    copiesAll(facts, step.with.get('file')?.known)
  )
    tell(step.at, 'The image build', '.dockerignore', '');
  for (const command of step.script?.commands ?? []) {
    const words = command.words.map(({ text }) => text ?? '');
    const [program, verb] = words;
    if (
      program === 'docker' &&
      (verb === 'build' || (verb === 'buildx' && words[2] === 'build')) &&
      words.at(-1) === '.' &&
      copiesAll(facts, fileOption(words))
    )
      tell(command.at, 'docker build', '.dockerignore', '');
    else if (program === 'git' && verb === 'add' && words.some((word) => /^(-A|--all|\.)$/.test(word)))
      tell(command.at, 'git add', '.gitignore', '');
    else if (
      program === 'zip' &&
      words.some((word) => /^-\w*r/.test(word)) &&
      words.some((word) => word === '.' || word === '*') &&
      !words.some((word) => /gha-creds/.test(word))
    )
      tell(command.at, 'zip', '.zipignore', '');
    else if (
      program === 'gcloud' &&
      words[1] === 'builds' &&
      words[2] === 'submit' &&
      !words.slice(3).some((word) => /\/|--no-source/.test(word) && !word.startsWith('--'))
    )
      tell(command.at, 'gcloud builds submit', '.gcloudignore', '');
  }
}

const fileOption = (words: readonly string[]): string | undefined => {
  const at = words.findIndex((word) => word === '-f' || word === '--file');
  return at >= 0 ? words[at + 1] : words.find((word) => word.startsWith('--file='))?.slice(7);
};

/** Does the Dockerfile copy the whole context? One that is not in the repository may. */
function copiesAll(facts: Facts, file = 'Dockerfile'): boolean {
  const text = facts.repository.text(file.replace(/^\.\//, ''));
  return text === undefined
    ? !facts.repository.paths.some((path) => fileName(path).startsWith('Dockerfile'))
    : /^\s*(COPY|ADD)\s+(--\S+\s+)*(\.\/?|\*)\s/m.test(text);
}

function ignores(facts: Facts, folder: string, file: string): boolean {
  const at = folder === '' ? file : `${folder}/${file}`;
  const own =
    facts.repository.text(at) ??
    (file === '.gcloudignore'
      ? facts.repository.text(folder === '' ? '.gitignore' : `${folder}/.gitignore`)
      : undefined);
  return own?.split('\n').some((line) => /^\/?(\*\*\/)?(gha-creds|\*\.json|\*$)/.test(line.trim())) ?? false;
}
