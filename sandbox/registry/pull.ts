import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../core/state.ts';
import { type ContainerConfig, containerImage } from '../revisions/container.ts';
import type { Image } from '../revisions/image.ts';
import { InlineInstance } from '../revisions/inline.ts';
import { unpackLayers } from '../revisions/layers.ts';
import { type Descriptor, isIndex, MANIFEST, parseManifest } from './manifests.ts';
import { isServed, parseReference, type Reference, withDigest } from './reference.ts';
import { digestOf, registryOf } from './store.ts';

/** An image that Cloud Run can run, with the digest that the revision keeps. */
export interface Pulled {
  /** The reference by digest. For an index it is the digest of the index, as it was pushed. */
  image: string;
  digest: string;
  /** Unpacks the image if that has not happened yet. */
  open(): Image;
}

/** Why an image cannot be used, in Cloud Run's words. */
export interface Unusable {
  problem: string;
  /** google.rpc.Code of the operation's error. */
  code: 5 | 9;
}

/** A public image of Google's, which answers 200 to everything. Many first services are made with it. */
const HELLO =
  /^(?:(?:us|europe|asia)-docker\.pkg\.dev\/cloudrun|gcr\.io\/cloudrun)\/(?:container\/)?hello(?::latest)?$/;

function hello(text: string): Pulled {
  const digest = `sha256:${createHash('sha256').update('hello').digest('hex')}`;
  const spec = { responses: [{ status: 200, body: "It's running!" }] };
  const open = (): Image => ({
    inline: spec,
    instantiate: (options) => new InlineInstance(spec, options),
  });
  return { image: `${text.replace(/:latest$/, '')}@${digest}`, digest, open };
}

const read = (body: Buffer): Record<string, unknown> =>
  JSON.parse(body.toString('utf8')) as Record<string, unknown>;

/** Finds an image as Cloud Run does when a revision is created, and resolves its tag to a digest. */
export function pull(world: World, text: string): Pulled | Unusable {
  if (HELLO.test(text)) return hello(text);
  const reference = parseReference(text);
  const missing: Unusable = { problem: `Image '${text}' not found.`, code: 5 };
  if (!reference || !isServed(world, reference)) return missing;
  const { path } = reference;
  const found = registryOf(world).manifest(path, reference.digest ?? reference.tag ?? 'latest');
  if (!found) return missing;
  const platforms = isIndex(found.manifest.mediaType)
    ? ((parseManifest(found.manifest).manifests ?? []) as Descriptor[])
    : undefined;
  const fitting = platforms?.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
  );
  const unsupported: Unusable = {
    problem: `Cloud Run does not support image '${text}': Container manifest type '${found.manifest.mediaType}' must support amd64/linux.`,
    code: 9,
  };
  if (platforms && !fitting) return unsupported;
  const manifest = fitting ? registryOf(world).manifest(path, fitting.digest)?.manifest : found.manifest;
  if (!manifest) return missing;
  const { config, layers } = parseManifest(manifest) as { config?: Descriptor; layers?: Descriptor[] };
  const settings = registryOf(world).blob(path, config?.digest ?? '');
  if (!settings) return missing;
  const shape = read(settings) as { os?: string; architecture?: string; config?: ContainerConfig };
  const built = registryOf(world).built.get(found.digest);
  if (!built && (shape.os !== 'linux' || shape.architecture !== 'amd64')) return unsupported;
  const open = () => built ?? openLayers(world, reference, layers ?? [], shape.config ?? {});
  return { image: withDigest(reference, found.digest), digest: found.digest, open };
}

/** Unpacks an image once. Revisions with the same layers share the tree, as they may only read it. */
function openLayers(
  world: World,
  { path }: Reference,
  layers: readonly Descriptor[],
  config: ContainerConfig,
): Image {
  const name = digestOf(Buffer.from(layers.map(({ digest }) => digest).join('\n'))).slice(7, 31);
  const root = join(world.folder, 'images', name);
  if (!existsSync(root))
    try {
      const blobs = layers.flatMap(({ digest }) => registryOf(world).blob(path, digest) ?? []);
      unpackLayers(blobs, root);
    } catch (error) {
      rmSync(root, { recursive: true, force: true });
      throw error;
    }
  const inline = join(root, 'sandbox.json');
  return containerImage(root, config, existsSync(inline) ? readFileSync(inline, 'utf8') : undefined);
}

/** Puts what a build has made into the registry, under a tag, and returns its digest. */
export function pushBuilt(world: World, text: string, image: Image, labels: Record<string, string>): string {
  const reference = parseReference(text);
  if (!reference) throw new Error(`${text} is no reference to an image`);
  const store = registryOf(world);
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      created: new Date(world.now()).toISOString(),
      config: { Labels: labels },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  );
  const descriptor = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: store.addBlob(reference.path, config),
    size: config.length,
  };
  const body = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: descriptor, layers: [] }),
  );
  const digest = store.addManifest(reference.path, { mediaType: MANIFEST, body }, reference.tag ?? 'latest');
  store.built.set(digest, image);
  return digest;
}
