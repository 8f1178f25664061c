import { isOfImage } from '../../domain/deploy/kind.ts';
import { slug } from '../../domain/product.ts';
import { runtimeOf } from '../../domain/setup/desired.ts';
import { parseRepository } from '../../domain/setup/github-host.ts';
import { accountEmail } from '../../domain/setup/names.ts';
import { toWrite } from '../../domain/setup/plan.ts';
import { createProjectFacts, createSetupCloud } from '../../gcp/setup/cloud.ts';
import { createSetupHost } from '../../github/setup/host.ts';
import { createRepositories } from '../../github/setup/repositories.ts';
import { setUp } from '../../steps/setup/setup.ts';
import type { Call, Ended } from '../verb.ts';
import { answered, type SetupValues } from './answers.ts';
import { examine } from './examine.ts';
import { createSetupFiles } from './files.ts';
import { hostOf, openGithub, remoteOf } from './github.ts';
import { detectRuntime, listedRepositories, makeWish } from './make-wish.ts';
import { nextSteps, resultOf } from './result.ts';

/** Reads flags, logins and the folder, and runs the set-up. */
export async function runInit(call: Call<SetupValues>): Promise<Ended> {
  const { values, context, terminal, google } = call;
  const folder = process.cwd();
  const remote = await remoteOf(folder, { ...context.env });
  const many = values.repositories !== undefined;
  const given = {
    ...{
      project_id: values.project_id ?? context.localLogin?.project,
      region: values.region,
      name: values.name,
    },
    ...{ repo: values.repo ?? remote?.repository },
  };
  const needed = many
    ? (['project_id', 'region'] as const)
    : (['project_id', 'region', 'name', 'repo'] as const);
  const {
    project_id: project = '',
    region = '',
    name,
    repo: asked,
  } = await answered(given, needed, terminal);
  const at = parseRepository(asked ?? '', remote?.host ?? 'github.com');
  const repo = asked && at.repository;
  const listed = listedRepositories(values.repositories, { name, repo });
  const here = remote?.host === at.host && remote.repository.toLowerCase() === repo?.toLowerCase();
  const writesFiles = !many && !values.undo && (values.files ?? here);
  if (!writesFiles && !many && !values.undo)
    context.log.line(
      `No workflow is written: ${values.files === false ? 'you said so' : `this folder is no clone of ${repo}`}. --files writes them here.`,
    );
  const { rest, endpoints } = await google(project);
  const host = hostOf(at.host, context.env, endpoints);
  const github = await openGithub(context, host, endpoints);
  const facts = createProjectFacts(rest);
  const wish = await makeWish(facts, createRepositories(github), {
    ...{ values, project, region, listed, host, signal: context.signal },
    folder: writesFiles ? folder : undefined,
  });
  const isNew = wish.targets.some(({ service }) => !service.exists);
  if (writesFiles && isNew)
    await answered(
      { runtime: values.runtime ?? detectRuntime(values.source_dir ?? folder), image: values.image },
      isOfImage(values.target) ? ['image'] : ['runtime'],
      { ...terminal, canAsk: false },
    );
  const end = await setUp(
    {
      places: [
        createSetupCloud(rest, context.clock, project),
        createSetupHost(github),
        createSetupFiles(folder),
      ],
      ...{ project: facts, log: context.log },
    },
    {
      ...{ wish, undo: values.undo, apply: values.apply },
      leave: { takeOver: values.take_over, overwriteFiles: values.overwrite_files },
    },
    context.signal,
  );
  const result = resultOf(end, {
    ...{ project, apply: values.apply, undo: values.undo, print: values.print, style: terminal.style },
    host: at.host,
    expectNoChanges: values.expect_no_changes,
  });
  if (!values.apply || values.undo || values.print) return result;
  const next = result.code === 0 ? nextSteps(end.plan, isNew) : [];
  if (!values.doctor) return withText(result, next);
  const [target, ...others] = wish.targets;
  if (!target || others.length > 0)
    return withText(result, [
      `To examine one of them: ${slug} doctor --project ${project} --name NAME`,
      ...next,
    ]);
  const accounts = {
    deployer: accountEmail(project, target.name, 'deployer'),
    runtimeAccount: runtimeOf(wish, target),
  };
  const { ended, report } = await examine(call, {
    ...{ project, region, name: target.name, target: wish.target, ...accounts },
    ...{ written: end.written > 0 ? toWrite(end.plan) : [] },
  });
  const last = ended.code === 0 && next.length > 0 ? ['', ...next] : [];
  return {
    code: result.code || ended.code,
    json: { ...(result.json as object), doctor: report },
    text: async () => [await result.text(), '', await ended.text(), ...last].join('\n'),
  };
}

const withText = (ended: Ended, lines: readonly string[]): Ended => ({
  ...ended,
  text: async () => [await ended.text(), ...lines].join('\n'),
});
