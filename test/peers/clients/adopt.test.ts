import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';
import { hasGcloud, ownerEnvironment, shell } from './gcloud.ts';

/** A function that a real gcloud made with `gcloud run deploy --function`, and that we release from then on. */

const installed = hasGcloud();
if (!installed) console.log('Skipped: the adoption of a function of gcloud, which is not installed here.');
const withGcloud = installed ? test : test.skip;
jest.setTimeout(600_000);

let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(5);
  world = await ReleaseWorld.open({ trafficSettleMs: 0 }, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const { deploy } = await import('../../../src/actions/deploy/deploy.ts');
const { rollback } = await import('../../../src/actions/rollback/rollback.ts');

withGcloud(
  'is adopted without a word, deployed twice, taken back, and seen to change by gcloud',
  async () => {
    const env = await ownerEnvironment(world.sandbox, world.folder);
    const byGcloud = async (text: string) => {
      const spec = JSON.stringify({ responses: [{ status: 200, body: { text } }] });
      writeFileSync(join(world.folder, 'src', 'sandbox.json'), spec);
      const command = `gcloud run deploy fn --region=${world.sandbox.region} --function=ocr --source=src --base-image=nodejs22 --no-allow-unauthenticated`;
      expect((await shell(command, env, world.folder)).error).toBeUndefined();
    };
    const inputs = (source: string) => {
      const { runtime: _, entry_point: __, ...rest } = world.inputsFor('deploy', 'fn', source);
      return rest;
    };
    const byUs = async (source: string) => {
      const ran = await world.run(deploy, { inputs: inputs(source) });
      expect([ran.report.verdict, ran.report.errors, ran.outputs.unchanged]).toEqual(['pass', [], false]);
      expect(await world.serving('fn')).toEqual([{ revision: ran.outputs.revision, percent: 100 }]);
      return ran;
    };
    await byGcloud('one');
    const made = (await world.service('fn'))?.raw.buildConfig;
    const first = await byUs(world.good());
    const source = world.good();
    await byUs(source);
    const now = (await world.service('fn'))?.raw.buildConfig as Record<string, unknown>;
    const kept = ({ functionTarget, baseImage, imageUri }: Record<string, unknown>) => [
      functionTarget,
      baseImage,
      imageUri,
    ];
    expect(kept(now)).toEqual(kept(made as Record<string, unknown>));

    const {
      project_id = '',
      region = '',
      workload_identity_provider = '',
      service_account = '',
    } = inputs(source);
    const back = await world.run(rollback, {
      inputs: {
        name: 'fn',
        project_id,
        region,
        workload_identity_provider,
        service_account,
        to: String(first.outputs.revision),
      },
    });
    expect([back.report.verdict, back.report.errors]).toEqual(['pass', []]);
    expect(await world.serving('fn')).toEqual([{ revision: first.outputs.revision, percent: 100 }]);

    // gcloud leaves our labels, so only the place of the source tells that this is no longer ours.
    await byGcloud('two');
    await byUs(source);
  },
);
