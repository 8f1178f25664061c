import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** The folder of gcloud's settings: CLOUDSDK_CONFIG, else the place where gcloud puts it. */
export function gcloudFolder(env: Env): string {
  if (env.CLOUDSDK_CONFIG) return env.CLOUDSDK_CONFIG;
  if (process.platform === 'win32') return join(env.APPDATA ?? homedir(), 'gcloud');
  return join(env.HOME || homedir(), '.config', 'gcloud');
}

/** Where the user's Application Default Credentials are, if there are any. GOOGLE_APPLICATION_CREDENTIALS names them even if it is wrong. */
export function adcFile(env: Env): { path: string; from: string } | undefined {
  const named = env.GOOGLE_APPLICATION_CREDENTIALS?.trim();
  if (named) return { path: named, from: `GOOGLE_APPLICATION_CREDENTIALS (${named})` };
  const path = join(gcloudFolder(env), 'application_default_credentials.json');
  return existsSync(path) ? { path, from: 'Application Default Credentials' } : undefined;
}

/** The project of gcloud's active configuration, read from its files, because starting gcloud takes a second. */
export function gcloudProject(env: Env): string | undefined {
  const folder = gcloudFolder(env);
  const active = env.CLOUDSDK_ACTIVE_CONFIG_NAME || read(join(folder, 'active_config'))?.trim() || 'default';
  const text = read(join(folder, 'configurations', `config_${active}`)) ?? '';
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\s*\[(.+)\]/.exec(line)?.[1] ?? section;
    const value = /^\s*project\s*=\s*(\S+)/.exec(line)?.[1];
    if (section === 'core' && value) return value;
  }
  return undefined;
}

/** Text of a file; undefined if it cannot be read. */
export function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
