// Runs an action from its sources instead of dist/: `node from-source.mjs ACTION [post]`. Saves the build while developing.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..', '..');
const [name, phase] = process.argv.slice(2);
const actions = await import(pathToFileURL(join(root, 'src/index.ts')).href);
const camel = name.replace(/-(\w)/g, (_, char) => char.toUpperCase());
await actions[phase === 'post' ? `${camel}Post` : camel]();
