import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../core/state.ts';
import type { Image } from '../revisions/image.ts';

export interface Manifest {
  mediaType: string;
  body: Buffer;
}

export interface Repository {
  manifests: Map<string, Manifest>;
  tags: Map<string, string>;
  /** The blobs that were pushed to this repository or mounted into it. */
  blobs: Set<string>;
}

/** The registry's content: blobs as files, and manifests and tags by repository (`PROJECT/REPOSITORY/IMAGE`). */
export class RegistryStore {
  readonly repositories = new Map<string, Repository>();
  /** Names of Artifact Registry's repositories in the sandbox's project, by `LOCATION/NAME`. */
  readonly created = new Map<string, Record<string, unknown>>();
  /** What can be run without its layers, because a build of the sandbox made it. By digest of the manifest. */
  readonly built = new Map<string, Image>();
  /** Uploads under way: what has arrived, by id. */
  readonly uploads = new Map<string, { path: string; parts: Buffer[]; size: number }>();
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  repository(path: string): Repository {
    let found = this.repositories.get(path);
    if (!found) {
      found = { manifests: new Map(), tags: new Map(), blobs: new Set() };
      this.repositories.set(path, found);
    }
    return found;
  }

  private file(digest: string): string {
    return join(this.folder, digest.replace(':', '-'));
  }

  /** Keeps a blob and returns its digest. */
  addBlob(path: string, data: Buffer): string {
    const digest = digestOf(data);
    mkdirSync(this.folder, { recursive: true });
    if (!existsSync(this.file(digest))) writeFileSync(this.file(digest), data);
    this.repository(path).blobs.add(digest);
    return digest;
  }

  /** The blob, if this repository has it. */
  blob(path: string, digest: string): Buffer | undefined {
    if (!this.repositories.get(path)?.blobs.has(digest)) return undefined;
    return readFileSync(this.file(digest));
  }

  /** Keeps a manifest, under a tag too if there is one, and returns its digest. */
  addManifest(path: string, manifest: Manifest, tag?: string): string {
    const digest = digestOf(manifest.body);
    const repository = this.repository(path);
    repository.manifests.set(digest, manifest);
    if (tag) repository.tags.set(tag, digest);
    return digest;
  }

  /** The digest and the manifest of a tag or of a digest. */
  manifest(path: string, reference: string): { digest: string; manifest: Manifest } | undefined {
    const repository = this.repositories.get(path);
    const digest = reference.includes(':') ? reference : repository?.tags.get(reference);
    const manifest = digest === undefined ? undefined : repository?.manifests.get(digest);
    return digest !== undefined && manifest ? { digest, manifest } : undefined;
  }
}

export const digestOf = (data: Buffer): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

export const registryOf = (world: World): RegistryStore =>
  world.extension('registry', () => new RegistryStore(join(world.folder, 'registry')));
