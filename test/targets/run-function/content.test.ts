import { describe, expect, test } from '@jest/globals';
import { sourceLabel } from '../../../src/domain/product.ts';
import { labelDigest } from '../../../src/domain/source/manifest.ts';
import type { DeployRequest } from '../../../src/steps/deploy/ports.ts';
import type { Builds } from '../../../src/steps/ports/builds.ts';
import type { RunRevision, RunService } from '../../../src/steps/ports/services.ts';
import type { Sources, SourceTree } from '../../../src/steps/ports/source.ts';
import type { SourceStore } from '../../../src/steps/ports/source-store.ts';
import { sourceContent } from '../../../src/targets/run-function/content.ts';

const sha256 = '0a'.repeat(32);
const ours = `gs://b/services/ocr/${sha256}-1.zip#1`;
const request = {
  ...{ project: 'p', region: 'r', name: 'ocr', sourceDir: '.', settings: new Map() },
} as unknown as DeployRequest;
const log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
const tree = { sha256, files: [], bytes: 0 } as unknown as SourceTree;
const service = (sourceLocation: string, latestCreatedRevision = 'ocr-2') =>
  ({ latestCreatedRevision, raw: { buildConfig: { sourceLocation } } }) as unknown as RunService;
const revision = (name: string, digest: string) =>
  ({ name, raw: { labels: { [sourceLabel]: labelDigest(digest) } } }) as unknown as RunRevision;

/** A content whose parts write down what they are asked for. */
function content(
  live: RunService | undefined,
  made?: RunRevision,
  upload: () => Promise<string> = async () => ours,
) {
  const asked: string[] = [];
  const sources = {
    pack: async () => ({ path: '', bytes: 5, remove: () => asked.push('remove') }),
  } as unknown as Sources;
  const store: SourceStore = {
    keep: async (_place, source) => {
      asked.push(`keep ${source.sha256.slice(0, 2)}`);
      return upload();
    },
    repository: async (name) => void asked.push(`repository ${name}`),
  };
  const builds: Builds = {
    ofSource: async (_place, location) => {
      asked.push(`build of ${location}`);
      throw new Error('denied');
    },
  };
  return {
    asked,
    made: sourceContent({ sources, store, builds, log }, { request, service: live, tree, made }),
  };
}

describe('the source that is live', () => {
  test.each<[string, string, RunRevision | undefined, string]>([
    ['is ours, and the newest revision was built from it', ours, revision('ocr-2', sha256), sha256],
    ['is unknown, because its build failed', ours, revision('ocr-2', 'ff'.repeat(32)), ''],
    ['is unknown, because another revision came after', ours, revision('ocr-1', sha256), ''],
    ['is unknown, because the revision is gone', ours, undefined, ''],
    ['is that of another tool', 'gs://b/services/ocr/1-a.zip', revision('ocr-2', sha256), ''],
  ])('%s', (_what, location, made, wanted) => {
    const live = service(location);
    expect(content(live, made).made.live(live)).toBe(wanted);
  });
});

describe('the upload', () => {
  const repository = 'repository projects/p/locations/r/repositories/cloud-run-source-deploy';

  test('of a new function has a repository first, and is made once', async () => {
    const { asked, made } = content(undefined);
    await made.upload?.();
    await made.upload?.();
    expect(asked).toEqual([repository, 'keep 0a', 'remove']);
  });

  test('of a function that exists leaves its repository alone', async () => {
    const { asked, made } = content(service(ours));
    await made.upload?.();
    expect(asked).toEqual(['keep 0a', 'remove']);
  });

  test('that fails removes the archive', async () => {
    const { asked, made } = content(service(ours), undefined, () => Promise.reject(new Error('refused')));
    await expect(made.upload?.()).rejects.toThrow('refused');
    expect(asked.at(-1)).toBe('remove');
  });

  test('whose build cannot be found hides no error behind another one', async () => {
    const { asked, made } = content(service(ours));
    await made.upload?.();
    expect(await made.build?.(service(ours))).toBeUndefined();
    expect(asked.at(-1)).toBe(`build of ${ours}`);
  });
});
