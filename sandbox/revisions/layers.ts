import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { readTar, TarError } from './tar.ts';

/** An image may unpack to as much as this. It bounds what a wrong or hostile layer can do to the machine. */
const MAX_TOTAL = 2 * 1024 ** 3;

function inflated(layer: Buffer): Buffer {
  if (layer.readUInt16BE(0) === 0x1f8b) return gunzipSync(layer, { maxOutputLength: MAX_TOTAL });
  if (layer.length > 4 && layer.readUInt32LE(0) === 0xfd2fb528)
    return zstdDecompressSync(layer, { maxOutputLength: MAX_TOTAL });
  return layer;
}

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Where a link in an image leads, inside the unpacked tree. No `..` is left in it, so nothing that is written through a link
 * can leave the tree.
 */
function inside(root: string, path: string, target: string): string {
  const from = target.startsWith('/') ? '/' : `/${posix.dirname(path)}`;
  return join(root, posix.resolve(from, target));
}

/** Unpacks the layers of an image in their order (github.com/opencontainers/image-spec, layer.md), with their whiteouts. */
export function unpackLayers(layers: readonly Buffer[], root: string): void {
  mkdirSync(root, { recursive: true });
  let total = 0;
  for (const layer of layers)
    for (const { path, kind, mode, data, target } of readTar(inflated(layer))) {
      total += data.length;
      if (total > MAX_TOTAL) throw new TarError('it unpacks to more than 2 GiB');
      const name = posix.basename(path);
      const full = join(root, path);
      if (path === '' || kind === 'other') continue;
      if (name === '.wh..wh..opq') {
        for (const child of readdirSync(dirname(full)))
          rmSync(join(dirname(full), child), { recursive: true });
        continue;
      }
      if (name.startsWith('.wh.')) {
        rmSync(join(dirname(full), name.slice(4)), { recursive: true, force: true });
        continue;
      }
      mkdirSync(dirname(full), { recursive: true });
      if (kind === 'folder') {
        // A folder over a link keeps the link, as container runtimes do for `/bin -> /usr/bin`.
        if (!existsSync(full)) {
          rmSync(full, { force: true });
          mkdirSync(full);
        }
        continue;
      }
      rmSync(full, { recursive: isFolder(full), force: true });
      if (kind === 'link') symlinkSync(inside(root, path, target), full);
      else if (kind === 'hardlink') copyFileSync(inside(root, '', target), full);
      else writeFileSync(full, data);
      if (kind === 'file') chmodSync(full, mode | 0o600);
    }
}
