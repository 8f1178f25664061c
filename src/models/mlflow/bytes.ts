import { createHash } from 'node:crypto';
import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { folderIn } from '../gs/folder.ts';
import type { MlflowApi, MlflowClients } from './api.ts';

/** MLflow calls a version READY although its source may not exist, so the bytes are looked for. */

interface Asked {
  asked: string;
  name: string;
  version: string;
}

interface Bytes {
  uri: string;
  digest: string | undefined;
}

export async function bytesOf(
  { api, rest }: MlflowClients,
  { asked, name, version }: Asked,
  signal?: AbortSignal,
): Promise<Bytes> {
  const { status, body } = await api('mlflow/model-versions/get-download-uri', {
    query: { name, version },
    signal,
  });
  const uri = status === 200 ? (textOf(body.artifact_uri) ?? '') : '';
  // A runtime that knows the server finds the version by this.
  const byName = `models:/${name}/${version}`;
  const absent = (where: string) =>
    new ReleaseError('model-refused', {
      what: `MLflow calls version ${version} of ${name} READY, but nothing lies at ${where}.`,
      why: 'MLflow does not look whether the source of a version exists.',
      fix: `Log the model again and register it, then move what ${asked} names.`,
    });
  if (uri.startsWith('gs://')) {
    const digest = await folderIn(rest, uri, signal);
    if (digest === 'absent') throw absent(uri);
    return { uri, digest: digest === 'unseen' ? undefined : digest };
  }
  if (uri.startsWith('mlflow-artifacts:')) {
    const digest = await servedFiles(api, uri, signal);
    if (digest === 'absent') throw absent(uri);
    return { uri: byName, digest: digest === 'unseen' ? undefined : digest };
  }
  // Other stores answer to other logins, so their bytes are not looked at.
  return {
    uri: isPlain(uri) ? uri : byName,
    digest: undefined,
  };
}

/** Can it stand in a variable of the revision? Not a path of the server, and not a URL that holds a password or a signature. */
const isPlain = (uri: string): boolean =>
  uri.length <= 2000 &&
  /^[a-z][a-z0-9+.-]*:\/\/(?![^/]*:[^/]*@)[\x21-\x7e]+$/.test(uri) &&
  !/[?#]/.test(uri) &&
  !uri.startsWith('file:');

/** `mlflow-artifacts:/path`, or with a host `mlflow-artifacts://host/path`. */
const pathOf = (uri: string): string =>
  uri.replace(/^mlflow-artifacts:(\/\/[^/]*)?/, '').replace(/^\/+|\/+$/g, '');

const mostFiles = 2000;
/** Each folder is a call. A server may also show folders without end. */
const mostFolders = 200;

/**
 * The files that the server itself keeps. It tells their names and sizes, and no checksum. In MLflow 3 the path has the id of the
 * logged model, so it is a part of the digest.
 */
async function servedFiles(
  api: MlflowApi,
  uri: string,
  signal?: AbortSignal,
): Promise<string | 'absent' | 'unseen'> {
  const root = pathOf(uri);
  const lines: string[] = [];
  const folders = [root];
  // It goes on over what it adds to itself.
  for (const folder of folders) {
    const { status, body } = await api('mlflow-artifacts/artifacts', { query: { path: folder }, signal });
    if (status !== 200) return 'unseen';
    for (const item of listOf(body.files).map(objectOf)) {
      const path = `${folder}/${textOf(item.path) ?? ''}`;
      if (item.is_dir === true) folders.push(path);
      else lines.push(JSON.stringify([path, String(item.file_size ?? '')]));
    }
    if (lines.length > mostFiles || folders.length > mostFolders) return 'unseen';
  }
  if (lines.length === 0) return 'absent';
  return `files:${createHash('sha256').update(lines.sort().join('\n')).digest('hex')}`;
}
