import { judgeLogs } from '../../../../src/domain/doctor/logs.ts';
import { judgeRehearsal } from '../../../../src/domain/doctor/rehearsal.ts';
import { here, type Printed, printed } from './here.ts';

/** The commands of the doctor that are not those of the login and of the preflight. */

const digest = `sha256:${'a'.repeat(64)}`;
const revision = {
  name: 'ocr-00001-abc',
  ready: true,
  created: '2026-11-01T00:00:00Z',
  image: `us-central1-docker.pkg.dev/${here.project}/containers/ocr@${digest}`,
};
const repository = { project: here.project, location: here.region, repository: 'containers' };
const image = { name: 'ocr', digest, tags: [], uploadedAt: 0 };
const old = {
  id: 'old',
  action: 'DELETE' as const,
  condition: {
    ...{ tagState: 'ANY' as const, tagPrefixes: [], versionPrefixes: [], packagePrefixes: [] },
    ...{ olderThan: 1, newerThan: undefined },
  },
};

export const doctorCommands = (): Printed[] =>
  [
    judgeLogs(
      { ok: true },
      { name: '_Default', disabled: true, filter: '', exclusions: [] },
      { project: here.project, service: 'ocr' },
    ),
    judgeRehearsal(revision, { ...repository, images: [], policies: [] }, ['ocr-00002-abc'], 10_000),
    judgeRehearsal(revision, { ...repository, images: [image], policies: [old] }, ['ocr-00002-abc'], 10_000),
  ].flatMap(({ part, findings }) => findings.flatMap(({ commands }) => printed(`doctor ${part}`, commands)));
