import { type Json, listOf, objectOf, textOf, textOrEmpty, textsOf } from '../../domain/data/json.ts';
import { encodeName } from '../../domain/data/resource-name.ts';
import type { CleanupPolicy, StoredImage } from '../../domain/doctor/cleanup.ts';
import type { Rest } from '../../http/rest.ts';
import type { DoctorSources } from '../../steps/doctor/ports.ts';
import { reading, readingList } from '../exposure/reading.ts';

const limits = { deadlineMs: 20_000, attemptMs: 8000 } as const;

/** Reads what a doctor looks at. Nothing here changes anything, so every call may be repeated. */
export function createDoctorSources(rest: Rest): DoctorSources {
  return {
    // https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
    logs(project, service, signal) {
      const filter = [
        `logName="projects/${project}/logs/run.googleapis.com%2Frequests"`,
        'resource.type="cloud_run_revision"',
        `resource.labels.service_name="${service}"`,
      ].join(' AND ');
      const body = { resourceNames: [`projects/${project}`], filter, pageSize: 1, orderBy: 'timestamp desc' };
      const call = {
        ...{ api: 'logging' as const, method: 'POST' as const, path: 'v2/entries:list', body, signal },
        ...{ retry: 'repeatable-write' as const, ...limits },
      };
      return reading(rest, call, 'logging.logEntries.list', (answer) => listOf(answer.entries).length);
    },

    // https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks/get
    sink(project, signal) {
      const path = `v2/projects/${encodeURIComponent(project)}/sinks/_Default`;
      const call = { api: 'logging' as const, method: 'GET' as const, path, ...limits, signal };
      return reading(rest, call, 'logging.sinks.get', (body) => ({
        name: textOf(body.name) ?? '_Default',
        disabled: body.disabled === true,
        filter: textOrEmpty(body.filter),
        exclusions: listOf(body.exclusions)
          .map(objectOf)
          .map((one) => ({
            name: textOrEmpty(one.name),
            filter: textOrEmpty(one.filter),
            disabled: one.disabled === true,
          })),
      }));
    },

    // https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.dockerImages/list
    images(repository, signal) {
      const call = {
        ...{ api: 'artifactregistry' as const, method: 'GET' as const },
        ...{ path: `v1/${encodeName(repository)}/dockerImages`, query: { pageSize: 500 }, ...limits, signal },
      };
      return readingList(rest, call, 'artifactregistry.dockerimages.list', (page) =>
        listOf(page.dockerImages).flatMap(imageOf),
      );
    },

    // https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories#cleanuppolicy
    policies(repository, signal) {
      const path = `v1/${encodeName(repository)}`;
      const call = { api: 'artifactregistry' as const, method: 'GET' as const, path, ...limits, signal };
      return reading(rest, call, 'artifactregistry.repositories.get', (body) => ({
        policies: Object.entries(objectOf(body.cleanupPolicies)).map(([id, policy]) => policyOf(id, policy)),
        dryRun: body.cleanupPolicyDryRun === true,
      }));
    },
  };
}

/** `REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME@sha256:...` */
function imageOf(value: Json): StoredImage[] {
  const raw = objectOf(value);
  const [, name, digest] =
    /^[^/]+\/[^/]+\/[^/]+\/(.+)@(sha256:[0-9a-f]{64})$/.exec(textOrEmpty(raw.uri)) ?? [];
  const uploadedAt = Date.parse(textOrEmpty(raw.uploadTime));
  if (name === undefined || digest === undefined || Number.isNaN(uploadedAt)) return [];
  return [{ name, digest, tags: textsOf(raw.tags), uploadedAt }];
}

const seconds = (value: Json | undefined): number | undefined => {
  const found = /^(\d+(?:\.\d+)?)s$/.exec(textOrEmpty(value))?.[1];
  return found === undefined ? undefined : Number(found);
};

/** The conditions of the v1 reference. gcloud's own client knows `moreStaleThan` besides. */
const known = new Set([
  ...['tagState', 'tagPrefixes', 'versionNamePrefixes', 'packageNamePrefixes', 'olderThan', 'newerThan'],
]);

function policyOf(id: string, value: Json | undefined): CleanupPolicy {
  const raw = objectOf(value);
  const { condition, mostRecentVersions: recent } = raw;
  const state = objectOf(condition).tagState;
  const part = objectOf(condition);
  return {
    id,
    action: raw.action === 'KEEP' ? 'KEEP' : 'DELETE',
    ...(condition === undefined
      ? {}
      : {
          condition: {
            tagState: state === 'TAGGED' || state === 'UNTAGGED' ? state : 'ANY',
            tagPrefixes: textsOf(part.tagPrefixes),
            versionPrefixes: textsOf(part.versionNamePrefixes),
            packagePrefixes: textsOf(part.packageNamePrefixes),
            olderThan: seconds(part.olderThan),
            newerThan: seconds(part.newerThan),
            more: Object.keys(part).some((field) => !known.has(field)),
          },
        }),
    ...(recent === undefined
      ? {}
      : {
          mostRecent: {
            packagePrefixes: textsOf(objectOf(recent).packageNamePrefixes),
            keepCount: Number(objectOf(recent).keepCount) || 0,
          },
        }),
  };
}
