import { trafficPorts } from '../../actions/rollback/traffic-ports.ts';
import { listServices } from '../../domain/data/commands.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { definitions } from '../../domain/inputs/definition.ts';
import { boolean } from '../../domain/inputs/kinds.ts';
import { slug, userAgent } from '../../domain/product.ts';
import { needsPerson } from '../../domain/status/status.ts';
import { createExposureSources } from '../../gcp/exposure/exposure-sources.ts';
import { createProber } from '../../http/probe.ts';
import { table } from '../../inputs/table.ts';
import { guard, guardDefaults } from '../../steps/guard/guard.ts';
import { readStatus } from '../../steps/status/read-status.ts';
import { statusText } from '../status/text.ts';
import { verb } from '../verb.ts';

export const status = verb({
  about: [
    'Shows what serves: the revisions and their shares, the record of the last release, what a release that is under way waits for, and whether anyone on the internet can call the service. It changes nothing.',
  ],
  login: true,
  flags: definitions({
    project_id: { ...table.project_id, otherwise: "the project of gcloud's configuration" },
    region: { ...table.region, default: 'us-central1' },
    name: table.name,
    exposure: {
      kind: boolean,
      sentence:
        'Look whether the service is private. `--no-exposure` leaves that out, which takes fewer calls.',
      example: 'false',
      default: 'true',
    },
  }),
  required: ['name'],
  codes: {
    1: 'A person should look: the service is public, a release is held or unfinished, or a revision with traffic cannot serve.',
  },
  examples: [`${slug} status --project my-project --region asia-northeast3 --name ocr-api`],
  run: async ({ values, context, terminal, google }) => {
    const { region, name = '' } = values;
    const platform = await google(values.project_id);
    const place = { project: platform.projectId, region, name };
    const { clock, log, env, signal } = context;
    const ports = trafficPorts(context, platform, env.GH_TOKEN ?? env.GITHUB_TOKEN, {
      ...{ place, kind: undefined, fromSource: false },
    });
    const found = await readStatus(ports, place, signal);
    if (!found)
      throw new ReleaseError('not-found', {
        what: `Nothing named ${name} serves in ${place.project}/${region}.`,
        fix: 'Correct name, region or project. To list the services:',
        commands: [listServices(place.project)],
      });
    const looked = values.exposure
      ? await guard(
          {
            ...{ clock, log, services: ports.services },
            prober: createProber(platform.endpoints, userAgent(context.id, 'guard')),
            exposure: createExposureSources(platform.rest),
          },
          { ...guardDefaults, ...place, mode: 'verify', brief: true, identity: platform.member, signal },
        )
      : undefined;
    const exposure = looked && { exposure: looked.exposure, proof: looked.proof, reason: looked.reason };
    const bad = looked?.exposure === 'public' || needsPerson(found) !== undefined;
    const view = { status: found, exposure };
    return {
      code: bad ? 1 : 0,
      json: { schema: `${slug}/status/v1`, ...found, exposure },
      text: () => statusText(view, terminal, clock.now(), env.GITHUB_SERVER_URL ?? 'https://github.com'),
    };
  },
});
