import { objectOf, textOf } from '../../domain/data/json.ts';
import { likelyService } from '../../domain/data/resource-name.ts';
import { mainContainer } from '../../domain/deploy/main-container.ts';
import { sourceLabel } from '../../domain/product.ts';
import { digestIn } from '../../domain/source/location.ts';
import { formatBytes, labelDigest } from '../../domain/source/manifest.ts';
import type { DeployRequest } from '../../steps/deploy/ports.ts';
import type { RunRevision, RunService } from '../../steps/ports/services.ts';
import type { SourceTree } from '../../steps/ports/source.ts';
import { repositoryOf } from '../run/build-config.ts';
import type { Content } from '../run/plan.ts';
import { applyBuild, imageIn } from './build-config.ts';
import { buildOfService } from './builds.ts';
import type { SourcePorts } from './world.ts';

export interface Source {
  request: DeployRequest;
  service: RunService | undefined;
  tree: SourceTree;
  /** The newest revision when the service was read. */
  made: RunRevision | undefined;
}

/** Source as the content of a Cloud Run service: it is uploaded before the change, and Cloud Run builds it. */
export function sourceContent(
  { sources, store, builds, log }: Pick<SourcePorts, 'sources' | 'store' | 'builds' | 'log'>,
  { request, service, tree, made }: Source,
): Content {
  const { signal, settings } = request;
  const live = service && objectOf(service.raw.buildConfig);
  const imageUri = wantedImage(request, textOf(live?.imageUri), service === undefined);
  let location: string | undefined;
  return {
    sha256: tree.sha256,
    live: (now) => liveDigest(now, made),
    image: undefined,
    files: tree.files.length,
    bytes: tree.bytes,
    upload: async () => {
      if (location !== undefined) return;
      const repository = imageUri && repositoryOf(imageUri);
      if (repository) await store.repository(repository, signal);
      const archive = await sources.pack(tree, signal);
      try {
        location = await store.keep(request, { archive, sha256: tree.sha256 }, signal);
        log.line(
          `Uploaded ${formatBytes(archive.bytes)} (${tree.files.length} files, ${formatBytes(tree.bytes)} unpacked)`,
        );
      } finally {
        archive.remove();
      }
    },
    // The plan before the upload only needs to know that there will be a new source.
    holds: ({ raw }, after, before) => {
      const built = textOf(mainContainer(raw).image);
      const repository = textOf(objectOf(after.raw.buildConfig).imageUri) ?? '';
      const old = before && textOf(mainContainer(objectOf(before.raw.template)).image);
      return built !== undefined && built !== old && built.startsWith(repository);
    },
    apply: (draft) => applyBuild(draft, { settings, live, imageUri, sourceLocation: location ?? '' }),
    build: (now) => buildOfService({ builds, log }, request, now),
  };
}

/**
 * The digest of the source that the newest revision was built from. Where the source lies is the service's own word, so a
 * deploy by another tool is seen. A build that failed has changed that, but not the revision, which has the digest as a label.
 */
function liveDigest({ raw, latestCreatedRevision }: RunService, made: RunRevision | undefined): string {
  const named = digestIn(textOf(objectOf(raw.buildConfig).sourceLocation));
  const labels = objectOf(made?.raw.labels);
  const isBuilt = named !== undefined && labels[sourceLabel] === labelDigest(named);
  return isBuilt && made?.name === latestCreatedRevision ? named : '';
}

/** The name of the image, if it is to change: a new service has gcloud's repository unless the user names one. */
function wantedImage(
  { settings, project, region, name }: DeployRequest,
  live: string | undefined,
  isNew: boolean,
): string | undefined {
  const own = textOf(settings.get('buildConfig.dockerRepository'));
  if (own !== undefined) return repositoryOf(live) === own ? undefined : imageIn(own, likelyService(name));
  if (!isNew) return undefined;
  return imageIn(
    `projects/${project}/locations/${region}/repositories/cloud-run-source-deploy`,
    likelyService(name),
  );
}
