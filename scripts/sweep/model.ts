import { grant } from '../../sandbox/core/policies.ts';
import { addBucket, bucketsOf, store } from '../../sandbox/storage/state.ts';
import { modelsOf, registerModel } from '../../sandbox/vertex/models/index.ts';
import { modelOfRevision } from '../../src/domain/model/of-revision.ts';
import { labelKey, readLabel } from '../../src/models/vertex/labels.ts';
import type { AnyRan, ReleaseWorld } from '../../test/support/release-world.ts';
import { configs } from './cells.ts';

/** The model of a release in the sweep: in every cell alias and labels end where the traffic is, or a report says that they do not. */

const nameOf = ({ sandbox }: ReleaseWorld, subject: string) =>
  `projects/${sandbox.project}/locations/${sandbox.region}/models/${subject}`;

/** Lets the deployer read models and move their aliases. */
function allow({ sandbox }: ReleaseWorld): void {
  const { world, project, env } = sandbox;
  world.disabledServices.delete('aiplatform.googleapis.com');
  addBucket(world, 'models');
  const role = `projects/${project}/roles/models`;
  const includedPermissions = ['get', 'list', 'update'].map((verb) => `aiplatform.models.${verb}`);
  world.roles.define({ name: role, title: 'models', includedPermissions, stage: 'GA', etag: 'AA==' });
  const member = `serviceAccount:${env.SERVICE_ACCOUNT}`;
  grant(world.policies, `//cloudresourcemanager.googleapis.com/projects/${project}`, role, member);
}

/** Registers one more version for the next release. Empty if this config releases no model. */
export function modelInputs(world: ReleaseWorld, subject: string, config: number): Record<string, string> {
  if (!configs[config]?.model) return {};
  const inner = world.sandbox.world;
  if (!bucketsOf(inner).has('models')) allow(world);
  const name = nameOf(world, subject);
  const folder = `${subject}/${(modelsOf(inner).get(name)?.length ?? 0) + 1}`;
  store(inner, 'models', `${folder}/model.onnx`, Buffer.from(folder));
  const { versionId } = registerModel(inner, name, { artifactUri: `gs://models/${folder}` });
  return { model: `vertex://${subject}@${versionId}` };
}

/** What does not hold, in words. `last` is the job that ended last. */
export async function modelViolations(
  world: ReleaseWorld,
  subject: string,
  { main, last }: { main: AnyRan; last: AnyRan },
): Promise<string[]> {
  const [serving] = await world.serving(subject);
  const raw = (await world.revision(subject, serving?.revision ?? ''))?.raw;
  const version = modelOfRevision(raw)?.version;
  if (version === undefined) return [];
  const versions = modelsOf(world.sandbox.world).get(nameOf(world, subject)) ?? [];
  const told = (rule: string) => last.report.findings?.find((finding) => finding.rule === rule);
  const violations: string[] = [];
  const named = versions.filter(({ versionAliases }) => versionAliases.includes('champion'));
  const follows = named.length === 1 && named[0]?.versionId === version;
  const command = told('model-alias-behind')?.commands?.some((text) => text.includes(`@${version}:merge`));
  if (!follows && !command)
    violations.push(
      `champion names ${named.map(({ versionId }) => versionId)}, ${version} serves, and no report says so`,
    );
  const service = `projects/${world.sandbox.project}/locations/${world.sandbox.region}/services/${subject}`;
  const labelled = versions.filter(({ labels }) => {
    const period = readLabel(service, labels[labelKey(service)]);
    return period !== undefined && period.until === undefined;
  });
  const says = labelled.length === 1 && labelled[0]?.versionId === version;
  // The release may have said it, before a post step that found nothing to settle.
  const saidByMain = main.report.findings?.some(({ rule }) => rule === 'model-tags-behind');
  if (!says && !saidByMain && !told('model-tags-behind') && !command)
    violations.push(
      `the labels say that ${labelled.map(({ versionId }) => versionId)} serves, ${version} does, and no report says so`,
    );
  return violations;
}
