import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isOfImage } from '../../domain/deploy/kind.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { conditionLimit, conditionOf } from '../../domain/setup/admission.ts';
import { admissionOf, runtimeOf } from '../../domain/setup/desired.ts';
import { extras } from '../../domain/setup/extras.ts';
import { type GithubHost, type ListedRepository, parseRepositories } from '../../domain/setup/github-host.ts';
import { accountEmail } from '../../domain/setup/names.ts';
import {
  type Right,
  type RightBuckets,
  rights,
  type SetupTarget,
  type SetupWish,
} from '../../domain/setup/wish.ts';
import { setupFiles } from '../../domain/setup/workflow-files.ts';
import type { ProjectFacts, Repositories } from '../../steps/setup/ports.ts';
import { UsageError } from '../words/find-verb.ts';
import type { SetupValues } from './answers.ts';

export interface WishFacts {
  values: SetupValues;
  project: string;
  region: string;
  listed: readonly ListedRepository[];
  host: GithubHost;
  /** The folder whose files are written; undefined if none are. */
  folder: string | undefined;
  signal: AbortSignal;
}

/** The repositories of a list, or the one of the flags. */
export function listedRepositories(
  file: string | undefined,
  one: { repo: string | undefined; name: string | undefined },
): ListedRepository[] {
  if (file === undefined)
    return [{ repository: one.repo ?? '', name: one.name ?? '', environment: undefined }];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError([`--repositories: ${messageOf(error)}`], 'init');
  }
  const { listed, problems } = parseRepositories(text);
  if (problems.length > 0)
    throw new UsageError(
      problems.map((problem) => `--repositories: ${problem}`),
      'init',
    );
  return listed;
}

/** Reads the facts that decide what has to be there, and joins them with what the person asked for. */
export async function makeWish(
  facts: ProjectFacts,
  repositories: Repositories,
  { values, project, region, listed, host, folder, signal }: WishFacts,
): Promise<SetupWish> {
  const number = await facts.number(project, signal);
  const targets: SetupTarget[] = [];
  for (const one of listed) {
    const repository = await repositories.find(one.repository, signal);
    if (!repository)
      throw new ReleaseError('not-found', {
        what: `GitHub ${host.host} has no repository ${one.repository} that this login may see.`,
      });
    const environment = one.environment ?? values.environment ?? `prod/${one.name}`;
    targets.push({
      ...{ repository, name: one.name, environment: environment === 'none' ? undefined : environment },
      branch: values.branch ?? repository.defaultBranch,
      service: await facts.service(project, region, one.name, signal),
      runtimeAccount: values.runtime_service_account,
    });
  }
  const wish: SetupWish = {
    ...{ project, number, region, pool: values.pool, provider: values.provider, target: values.target },
    ...{ issuer: values.issuer ?? host.issuer, ownerWide: values.owner_wide, hostedOnly: values.hosted_only },
    ...{ may: rightsOf(values), buckets: bucketsIn(values), targets, files: [] },
  };
  checkWish(wish);
  return { ...wish, files: folder === undefined ? [] : filesOf(wish, values, folder, host) };
}

function bucketsIn({ may_drill = [], model_buckets = [], pipeline_buckets = [] }: SetupValues): RightBuckets {
  return {
    drill: may_drill.map(({ bucket }) => bucket),
    copies: may_drill.flatMap(({ copy }) => copy ?? []),
    models: model_buckets,
    pipelines: pipeline_buckets,
  };
}

/** A flag that is a list asks for its right by being there. */
const rightsOf = (values: Readonly<Record<string, unknown>>): Right[] =>
  rights.filter((right) => ![undefined, false].includes(values[extras[right].flag] as undefined));

function checkWish(wish: SetupWish): void {
  const owners = new Set(wish.targets.map(({ repository }) => repository.ownerId));
  const branches = new Set(wish.targets.map(({ branch }) => branch));
  const problems = [
    ...(wish.buckets.pipelines.length > 0 && !wish.may.includes('run pipelines')
      ? ['--pipeline-buckets: only with --may-run-pipelines']
      : []),
    ...(owners.size > 1 ? ['--repositories: all repositories of one provider have one owner'] : []),
    ...(wish.ownerWide && branches.size > 1
      ? ['--branch: with --owner-wide all repositories release from one branch']
      : []),
    ...(conditionOf(admissionOf(wish)).length > conditionLimit
      ? [
          `--repositories: the condition is longer than the ${conditionLimit} characters that Google allows; use --owner-wide, or a part of the list with another --provider`,
        ]
      : []),
  ];
  if (problems.length > 0) throw new UsageError(problems, 'init');
}

function filesOf(
  wish: SetupWish,
  values: SetupValues,
  folder: string,
  { host }: GithubHost,
): SetupWish['files'] {
  const [target] = wish.targets;
  if (!target) return [];
  const [at = '', ref = ''] = values.actions.split('@');
  // A function that exists keeps its settings: only what was set is sent.
  const isNew = !target.service.exists;
  const runtime =
    values.runtime ?? (isNew ? detectRuntime(join(folder, values.source_dir ?? '.')) : undefined);
  const ofSource = !isOfImage(wish.target);
  const settings = {
    ...(wish.target === 'function' ? {} : { target: wish.target }),
    ...(ofSource && runtime ? { runtime } : {}),
    ...(ofSource && values.entry_point ? { entry_point: values.entry_point } : {}),
    ...(ofSource && values.source_dir ? { source_dir: values.source_dir } : {}),
    ...(!ofSource && values.image ? { image: values.image } : {}),
    runtime_service_account: runtimeOf(wish, target),
  };
  const image = values.example_image;
  if (image !== undefined && (isAbsolute(image) || !existsSync(join(folder, image))))
    throw new UsageError(['--example-image: expected the path of a file in this folder'], 'init');
  return setupFiles({
    ...{
      name: target.name,
      region: wish.region,
      branch: target.branch,
      environment: target.environment,
      settings,
    },
    example: image === undefined ? undefined : { image, contains: values.example_text },
    rollbackAccount: accountEmail(wish.project, target.name, 'rollback'),
    actions: { at, ref },
    ownJobs: host !== 'github.com',
  });
}

/** The newest runtime that fits what lies in the folder. */
export function detectRuntime(folder: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return 'nodejs24';
  return existsSync(join(folder, 'main.py')) ? 'python313' : undefined;
}
