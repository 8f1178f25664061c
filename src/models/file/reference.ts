export interface FileReference {
  path: string;
  /** SHA-256 in hex. */
  sha256: string | undefined;
}

export function parseFile(rest: string): FileReference {
  const [, path, sha256] = /^([^#\0]{1,500}?)(?:#sha256:([0-9a-f]{64}))?$/.exec(rest) ?? [];
  if (path === undefined)
    throw new Error('expected the path of a file, with or without its digest: models/ocr.onnx#sha256:…');
  const parts = path.split('/');
  if (path.startsWith('/') || parts.includes('..')) throw new Error('expected a path inside the repository');
  return { path, sha256 };
}
