// Runs the command line from its sources instead of dist/. Saves the build while developing.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..', '..');
const { cli } = await import(pathToFileURL(join(root, 'src/index.ts')).href);
await cli();
