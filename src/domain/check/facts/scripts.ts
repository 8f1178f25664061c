import { entriesOf, nodeAt, textAt, type YamlNode } from '../../yaml/node.ts';
import { embed } from '../files/embed.ts';
import { blockOf, type Embedded } from '../files/embedded.ts';
import { folderOf, type Repository, resolvePath } from '../files/repository.ts';
import type { Resource } from '../hcl/terraform.ts';
import type { ShellScript, Variables } from '../shell/command.ts';
import { readMakefile } from '../shell/makefile.ts';
import { readScript } from '../shell/read-script.ts';
import { evaluateExpression } from '../workflow/expression.ts';
import type { Step } from '../workflow/model.ts';
import { lookupOf } from '../workflow/read-workflow.ts';
import { cloudBuildScripts } from './cloud-build.ts';
import { isCloudBuild, isGenerated, isMakefile, isPackageFile, isSample, isShell } from './kinds.ts';
import { provisionerScripts } from './provisioners.ts';
import { startedBy } from './started.ts';

/** A script, and what runs it. */
export interface FoundScript {
  script: ShellScript;
  file: string;
  /** The step that runs it, directly or through other scripts. */
  step: Step | undefined;
  /** Nothing in the repository runs it, as far as the files show. */
  isLoose: boolean;
}

const maxStarted = 50;

/** Every script of the repository: of steps, of what they start, and those that people run by hand. */
export function scriptsOf(
  repository: Repository,
  steps: readonly Step[],
  resources: readonly Resource[],
  yaml: (path: string) => YamlNode | undefined,
  refuse: (file: string, why: string) => void,
): FoundScript[] {
  const found: FoundScript[] = [];
  const reached = new Set<string>();
  const make = (path: string) => {
    const text = repository.text(path);
    return text === undefined ? undefined : readMakefile(path, text);
  };
  const read = (script: Embedded, variables: Variables, step: Step | undefined): ShellScript => {
    const lookup = step
      ? lookupOf(step.env, step.inside ? new Map(step.inside.with) : new Map())
      : () => undefined;
    const expressions = (text: string) => {
      const value = evaluateExpression(text, lookup);
      return value === undefined ? undefined : String(value ?? '');
    };
    const result = readScript(script, { variables, expressions });
    if (result.problem && /nested|larger|more than/.test(result.problem)) refuse(script.file, result.problem);
    return result;
  };

  function add(
    script: Embedded,
    variables: Variables,
    folder: string,
    step: Step | undefined,
    isLoose: boolean,
  ) {
    const first = read(script, variables, step);
    const all: FoundScript[] = [{ script: first, file: script.file, step, isLoose }];
    const open: { script: ShellScript; folder: string }[] = [{ script: first, folder }];
    const seen = new Set<string>();
    for (let next = open.shift(); next && seen.size < maxStarted; next = open.shift())
      for (const started of startedBy(next.script, next.folder, { repository, make, yaml })) {
        reached.add(started.id);
        if (seen.has(started.id)) continue;
        seen.add(started.id);
        const inner = read(started.script, started.variables ?? variables, step);
        all.push({ script: inner, file: started.script.file, step, isLoose });
        open.push({ script: inner, folder: started.folder });
      }
    if (step) step.script = { ...first, commands: all.flatMap((one) => one.script.commands) };
    found.push(...all);
  }

  for (const step of steps) {
    const shell = textAt(step.node, 'shell');
    if (!step.run || (shell !== undefined && !/^(ba|da|z|k)?sh\b/.test(shell))) continue;
    const variables: Variables = new Map([...step.env].map(([name, { known }]) => [name, [known]]));
    const folder =
      textAt(step.node, 'working-directory') ??
      textAt(step.job.node, 'defaults', 'run', 'working-directory') ??
      textAt(step.job.workflow.node, 'defaults', 'run', 'working-directory') ??
      '';
    add(step.run, variables, resolvePath('', folder) ?? '', step, false);
  }
  for (const path of repository.paths.filter((one) => isCloudBuild(one) && !isGenerated(one)))
    for (const script of cloudBuildScripts(path, repository.text(path) ?? '', yaml(path)))
      found.push({ script, file: path, step: undefined, isLoose: false });
  for (const { script, variables, folder } of provisionerScripts(resources))
    add(script, variables, folder, undefined, false);
  loose(repository, yaml, make, reached, (script, variables, folder) =>
    add(script, variables, folder, undefined, true),
  );
  return found;
}

type Add = (script: Embedded, variables: Variables, folder: string) => void;

/** Scripts that nothing in the repository starts. People run them by hand. Examples and tests are left out. */
function loose(
  repository: Repository,
  yaml: (path: string) => YamlNode | undefined,
  make: (path: string) => ReturnType<typeof readMakefile> | undefined,
  reached: ReadonlySet<string>,
  add: Add,
): void {
  for (const path of repository.paths) {
    if (isGenerated(path) || isSample(path)) continue;
    const text = repository.text(path);
    if (text === undefined) continue;
    if (isMakefile(path)) {
      const file = make(path);
      const variables = new Map([...(file?.variables ?? [])].map(([name, value]) => [name, [value]]));
      for (const recipe of file?.recipes ?? [])
        if (!reached.has(`${path}:${recipe.targets[0]}`)) add(recipe.script, variables, folderOf(path));
    } else if (isPackageFile(path)) {
      for (const { key, value } of entriesOf(nodeAt(yaml(path), 'scripts')))
        if (value.kind === 'text' && !reached.has(`${path}:${key}`))
          add(embed(path, text, value), new Map(), folderOf(path));
    } else if (isShell(path) && !reached.has(path)) add(blockOf(path, text, 1, 0), new Map(), folderOf(path));
  }
}
