import { identities } from './pictures/identities.ts';
import { themes } from './pictures/themes.ts';
import { traffic } from './pictures/traffic.ts';

const pictures = { identities, traffic };

/** Writes docs/pictures/: every picture once for a light page and once for a dark one. */
export const generate = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(pictures).flatMap(([name, draw]) =>
      Object.entries(themes).map(([theme, colours]) => [`docs/pictures/${name}-${theme}.svg`, draw(colours)]),
    ),
  );
