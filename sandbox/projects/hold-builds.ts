import type { World } from '../core/state.ts';

interface Gate {
  opened: Promise<void>;
  open(): void;
}

const gateOf = (world: World) => world.extension('held builds', (): { gate?: Gate } => ({}));

/** Keeps builds from ending until the returned function is called, so that a test can act while one is under way. */
export function holdBuilds(world: World): () => void {
  const held = gateOf(world);
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  held.gate = { opened, open };
  world.onStop.push(open);
  return () => {
    delete held.gate;
    open();
  };
}

/** Resolves as soon as no test holds the builds. */
export const mayEnd = (world: World): Promise<void> => gateOf(world).gate?.opened ?? Promise.resolve();
