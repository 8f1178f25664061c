import { invalidArgument } from './errors.ts';
import type { World } from './state.ts';

type Apply = (value: unknown) => void;

/** The settings that other rooms registered with `addSetting`, by name. */
const added = (world: World) => world.extension('settings', () => new Map<string, Apply>());

/** Lets `PATCH /settings {name: value}` change state that another room keeps. `apply` throws on a bad value. */
export function addSetting(world: World, name: string, apply: Apply): void {
  added(world).set(name, apply);
}

/** Applies a PATCH of settings. An unknown name or a wrong type changes nothing and gets 400 with the known names. */
export function applySettings(world: World, patch: Record<string, unknown>): void {
  const own = world.settings as unknown as Record<string, unknown>;
  const extra = added(world);
  const known = [...Object.keys(own), 'quirks', ...extra.keys()];
  const changes: (() => void)[] = [];
  for (const [name, value] of Object.entries(patch)) {
    if (name === 'quirks') changes.push(...quirkChanges(world, value));
    else if (Object.hasOwn(own, name)) {
      if (typeof value !== typeof own[name])
        throw invalidArgument(`setting "${name}" must be a ${typeof own[name]}.`);
      changes.push(() => {
        own[name] = value;
      });
    } else if (extra.has(name)) changes.push(() => extra.get(name)?.(value));
    else throw invalidArgument(`unknown setting "${name}"; known are ${known.join(', ')}.`);
  }
  for (const change of changes) change();
}

function quirkChanges(world: World, value: unknown): (() => void)[] {
  const quirks = world.quirks as unknown as Record<string, boolean>;
  return Object.entries((value ?? {}) as Record<string, unknown>).map(([name, setting]) => {
    if (!Object.hasOwn(quirks, name))
      throw invalidArgument(`unknown quirk "${name}"; known are ${Object.keys(quirks).join(', ')}.`);
    if (typeof setting !== 'boolean') throw invalidArgument(`quirk "${name}" must be true or false.`);
    return () => {
      quirks[name] = setting;
    };
  });
}
