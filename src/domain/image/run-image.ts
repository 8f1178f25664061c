import { quoted } from '../data/shell.ts';

/** The command that starts an image on one's own machine as Cloud Run does. */
export const runImage = (image: string): string =>
  `docker run --rm --platform=linux/amd64 -e PORT=8080 -p 8080:8080 ${quoted(image)}`;
