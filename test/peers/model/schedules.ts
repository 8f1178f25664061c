import { addBucket, store } from '../../../sandbox/storage/state.ts';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { modelOfRevision } from '../../../src/domain/model/of-revision.ts';
import { parsePeriods } from '../../../src/domain/model/tags.ts';
import { isOpen } from '../../../src/domain/traffic/record.ts';
import { seeded } from '../../support/fake-source.ts';
import type { FastTime } from '../../support/fast-time.ts';
import type { MlflowServer } from '../../support/mlflow.ts';
import { type Ran, ReleaseWorld, type RunOptions } from '../../support/release-world.ts';

/**
 * Random schedules against a real MLflow server: releases that are promoted, taken back or killed at any call, rollbacks by hand, and
 * a person who moves the alias in between or in the middle. After settling, traffic, record, alias and the tags of the versions agree,
 * or the report says that they do not and prints the command that sets it right.
 */

const short = { step_duration: '1s', duration: '1s', canary: 'none' };

export interface Played {
  seed: number;
  steps: string[];
  /** `agree`, or `told`: the report says what does not agree. */
  end: 'agree' | 'told';
  violations: string[];
}

export async function openWorld(time: FastTime): Promise<ReleaseWorld> {
  const world = await ReleaseWorld.open({}, time.clock, 'run-image');
  addBucket(world.sandbox.world, 'models');
  world.suite();
  world.setRun('1001', 'completed');
  return world;
}

export async function play(world: ReleaseWorld, mlflow: MlflowServer, seed: number): Promise<Played> {
  const random = seeded(seed);
  const below = (most: number) => Math.floor(random() * most);
  const name = `reader-${seed}`;
  const good = world.good();
  const bad = world.wrong();
  const steps: string[] = [];
  const violations: string[] = [];
  let newest = 0;
  const register = async () => {
    const folder = `${name}/${++newest}`;
    store(world.sandbox.world, 'models', `${folder}/model.onnx`, Buffer.from(folder));
    return mlflow.register(name, `gs://models/${folder}`);
  };
  const model = (version: string) => `mlflow://${mlflow.place}/${name}/versions/${version}`;
  const inputsOf = (version: string) => ({ ...short, smoke_suite: 'suite.yaml', model: model(version) });

  /** Runs a job, and before one of its calls something happens: the process dies, or a person moves the alias. */
  async function during(
    event: { at: number; dies: boolean; moves?: string | undefined },
    job: (options: RunOptions) => Promise<Ran>,
  ): Promise<Ran> {
    let calls = 0;
    let dead = false;
    let moved = false;
    const abort = new AbortController();
    const meet = async (): Promise<boolean> => {
      calls++;
      if (calls >= event.at && event.moves !== undefined && !moved) {
        moved = true;
        await mlflow.setAlias(name, 'champion', event.moves);
      }
      if (event.dies && calls >= event.at && !dead) {
        dead = true;
        abort.abort(new ReleaseError('cancelled', { what: 'dead' }));
      }
      return dead;
    };
    const lost = below(2) === 0;
    let first = true;
    const fate = (isDead: boolean): 'before' | 'after' | undefined => {
      if (!isDead) return undefined;
      // The call in whose middle the process dies may still take effect.
      const own = first && lost ? 'after' : 'before';
      first = false;
      return own;
    };
    mlflow.meet = async () => fate(await meet());
    const restore = world.onCalls(async () => {
      const at = fate(await meet());
      return at === undefined ? undefined : { reset: at };
    });
    try {
      return await job({ signal: abort.signal });
    } finally {
      restore();
      mlflow.meet = () => undefined;
    }
  }

  await register();
  const first = await world.release(name, good, { inputs: inputsOf('1') });
  steps.push(`release 1: ${first.report.outcome}`);
  for (let step = 0; step < 3; step++) {
    const kind = below(6);
    if (kind === 4) {
      const to = String(1 + below(newest));
      await mlflow.setAlias(name, 'champion', to);
      steps.push(`a person moves champion to ${to}`);
      continue;
    }
    if (kind === 5) {
      const dies = below(3) === 0;
      const ran = (await during(
        { at: 1 + below(25), dies },
        (options) =>
          world.rollback(name, 'before', {
            ...options,
            inputs: { model: model('1') },
          }) as unknown as Promise<Ran>,
      )) as Ran;
      steps.push(`roll back${dies ? ', killed' : ''}: ${ran.report.outcome}`);
      continue;
    }
    const version = await register();
    const source = below(4) === 0 ? bad : good;
    const dies = kind === 2 || kind === 3;
    const moves = kind === 1 ? String(1 + below(newest)) : undefined;
    const at = 1 + below(90);
    const inputs = inputsOf(version);
    const ran = await during({ at, dies, moves }, (options) =>
      world.release(name, source, { ...options, inputs: { ...inputs, retry_failed: 'true' } }),
    );
    const words = [dies ? `killed at ${at}` : '', moves ? `champion moved to ${moves} at ${at}` : ''];
    steps.push(`release ${version}: ${ran.report.outcome} ${words.filter(Boolean).join(' ')}`);
    // Often the post step still runs. Otherwise only the next job finds what was left open.
    if (dies && below(3) > 0) {
      const post = await world.post(name, source, ran, { inputs });
      steps.push(`post: ${post.report.reason}`);
    }
  }

  const settle = await world.rollback(name, 'settle', { inputs: { model: model('1') } });
  steps.push(`settle: ${settle.report.reason}`);
  const serving = await world.serving(name);
  const [sole] = serving;
  const record = await world.record(name);
  if (serving.length !== 1 || sole?.percent !== 100) violations.push(`traffic ${JSON.stringify(serving)}`);
  if (record === undefined || isOpen(record)) violations.push(`the record is ${record?.phase}`);
  const raw = (await world.revision(name, sole?.revision ?? ''))?.raw;
  const carried = modelOfRevision(raw)?.version;
  const alias = await mlflow.alias(name, 'champion');
  const key = `backstay/${world.sandbox.project}/${world.sandbox.region}/${name}`;
  const open: string[] = [];
  for (let version = 1; version <= newest; version++) {
    const periods = parsePeriods((await mlflow.tag(name, String(version), key)) ?? '');
    for (const { until, revision } of periods)
      if (until === undefined) open.push(`${version} by ${revision}`);
  }
  if (open.join() !== `${carried} by ${sole?.revision}`)
    violations.push(
      `the tags say that ${open.join(', ') || 'nothing'} serves, and ${carried} by ${sole?.revision} does`,
    );
  if (carried !== undefined && carried === alias) return { seed, steps, end: 'agree', violations };
  const told = settle.report.findings.find(({ rule }) => rule === 'model-alias-behind');
  if (!told?.commands?.[0]?.includes(`"version":"${carried}"`))
    violations.push(`champion names ${alias}, ${carried} serves, and the report does not say so`);
  return { seed, steps, end: 'told', violations };
}
