import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pointerFix, pointerTool } from '../../domain/data/git-pointer.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { ModelRegistry } from '../../steps/ports/model.ts';
import type { FileReference } from './reference.ts';

/** A file of the repository as a model. It is deployed with the code, or copied into the image. */
export function createFileModel(
  workspace: string,
  asked: string,
  { path, sha256 }: FileReference,
): ModelRegistry {
  return {
    // It lies in the revision itself.
    isThere: async () => undefined,
    async resolve(signal) {
      const place = await realFile(workspace, path);
      const tool = pointerTool(await headOf(place));
      if (tool !== undefined)
        throw new ReleaseError('model-refused', {
          what: `${path} is a pointer of ${tool}, and not the model.`,
          fix: pointerFix[tool],
        });
      const found = await digestOf(place, signal);
      if (sha256 !== undefined && found !== sha256)
        throw new ReleaseError('model-refused', {
          what: `The model ${path} has the digest sha256:${found}, and not the one that model names.`,
          fix: 'Correct the digest, or bring back the file.',
        });
      return {
        registry: 'file',
        asked,
        reference: `${path}#sha256:${found}`,
        name: path.split('/').at(-1) ?? path,
        version: found.slice(0, 12),
        uri: path,
        digest: `sha256:${found}`,
      };
    },
  };
}

/** Throws if there is no such file, or if a link leads out of the repository. */
async function realFile(workspace: string, path: string): Promise<string> {
  try {
    const root = await realpath(workspace);
    const place = await realpath(join(root, path));
    if (!place.startsWith(root + sep)) throw new Error('a link leads out of the repository');
    if (!(await lstat(place)).isFile()) throw new Error('it is not a file');
    return place;
  } catch (error) {
    throw new ReleaseError('model-refused', {
      what: `The model ${path} cannot be read: ${(error as { code?: string }).code === 'ENOENT' ? 'there is no such file' : messageOf(error)}.`,
      fix: 'Correct the path. It starts at the root of the repository.',
    });
  }
}

async function headOf(place: string): Promise<Buffer> {
  const handle = await open(place);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function digestOf(place: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(place, { signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
