import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Pushing, Registry } from '../../test/sandbox/support/image.ts';
import type { RunningSandbox } from '../demo/sandbox.ts';

/** What a story releases. */
export type Kind = 'function' | 'run-function' | 'run-image';

interface Place {
  sandbox: RunningSandbox;
  workspace: string;
}

const source = { runtime: 'nodejs24', entry_point: 'ocr', source_dir: 'function' };

/** The inputs by which a workflow names what it releases. An image is pushed first. */
export async function settingsOf(kind: Kind, place: Place): Promise<Record<string, string>> {
  if (kind === 'function') return source;
  if (kind === 'run-function') return { target: kind, ...source };
  return { target: kind, image: await pushed(place) };
}

/** Pushes an image whose container answers as the source folder says. The same answers make the same digest. */
async function pushed({ sandbox, workspace }: Place): Promise<string> {
  const { env, project } = sandbox;
  const registry = new Registry(pushing(sandbox));
  const spec = readFileSync(join(workspace, 'function', 'sandbox.json'), 'utf8');
  const path = `${project}/containers/ocr-api`;
  await registry.push(path, 'v1', { files: { 'sandbox.json': spec } });
  return `${new URL(env.GHA_ENDPOINT_OVERRIDE_registry as string).host}/${path}:v1`;
}

const pushing = ({ env, project }: RunningSandbox): Pushing => ({
  sandbox: { env, project },
  accessToken: async () => readFileSync(env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string, 'utf8').trim(),
  send: async (url, method, body, headers) => {
    const answer = await fetch(url, { method, body, headers });
    return { status: answer.status, text: await answer.text() };
  },
});
