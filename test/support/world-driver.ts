import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Sandbox } from '../../sandbox/index.ts';
import { pushBuilt } from '../../sandbox/registry/pull.ts';
import { InlineInstance, parseInline } from '../../sandbox/revisions/inline.ts';

/** The drivers that a test's release can go through. */
export const worldDrivers = ['function', 'run-function', 'run-image'] as const;
export type WorldDriver = (typeof worldDrivers)[number];

/** The driver of worlds that name none. `npm run sweep -- --stories` sets the variable to play every story on another driver. */
export function defaultDriver(): WorldDriver {
  const asked = process.env.STORY_DRIVER;
  const found = worldDrivers.find((driver) => driver === asked);
  if (asked && !found)
    throw new Error(`STORY_DRIVER is ${asked}, expected one of ${worldDrivers.join(', ')}`);
  return found ?? 'function';
}

/** An image is built already, so it takes none of these. */
const isOfBuild = (input: string) =>
  /^(?:source_dir|runtime|entry_point|docker_repository|build_.*)$/.test(input);

/** The inputs of a release as this driver takes them. */
export function inputsBy(
  driver: WorldDriver,
  sandbox: Sandbox,
  inputs: Record<string, string>,
): Record<string, string> {
  if (driver === 'function') return inputs;
  if (driver === 'run-function') return { target: driver, ...inputs };
  const rest = Object.fromEntries(Object.entries(inputs).filter(([name]) => !isOfBuild(name)));
  return { target: driver, image: imageOf(sandbox, inputs.source_dir ?? '.'), ...rest };
}

/** True for the call that makes a revision. Every other PATCH of a service moves traffic or sets something else. */
export function makesRevision(driver: WorldDriver, { api, method, path }: Called): boolean {
  if (driver === 'function')
    return (
      api === 'cloudfunctions' &&
      (method === 'PATCH' || (method === 'POST' && /\/functions(\?|$)/.test(path)))
    );
  return (
    api === 'run' &&
    ((method === 'PATCH' && /[?&]updateMask=[^&]*(?:template|buildConfig)/.test(path)) ||
      (method === 'POST' && /\/services\?(?:.*&)?serviceId=/.test(path)))
  );
}

interface Called {
  api: string;
  method: string;
  path: string;
}

/** The tags that each sandbox's registry has: an image is pushed once, so that the same folder has the same digest. */
const pushed = new WeakMap<Sandbox, Set<string>>();

/** Pushes what a source folder says as an image, and returns its name. */
function imageOf(sandbox: Sandbox, folder: string): string {
  const host = new URL(sandbox.world.urls.get('registry') as string).host;
  const isSource = folder.includes('source-');
  const tag = isSource ? basename(folder) : 'none';
  const image = `${host}/${sandbox.project}/containers/story:${tag}`;
  const known = pushed.get(sandbox) ?? new Set();
  pushed.set(sandbox, known);
  if (!isSource || known.has(tag)) return image;
  known.add(tag);
  const spec = parseInline(readFileSync(join(folder, 'sandbox.json'), 'utf8'));
  pushBuilt(
    sandbox.world,
    image,
    {
      inline: spec,
      instantiate: (options) => new InlineInstance(spec, options),
    },
    { folder },
  );
  return image;
}
