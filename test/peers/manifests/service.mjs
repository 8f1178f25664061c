// Asks GitHub's own language service about workflows and action files, and prints what it says as JSON. Arguments: the folder
// of the installed package, then the files. The package imports JSON without saying so, which Node wants, so a hook says it.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

registerHooks({
  load: (url, context, next) =>
    next(
      url,
      url.endsWith('.json') ? { ...context, format: 'json', importAttributes: { type: 'json' } } : context,
    ),
});

const [modules, ...files] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(modules, path)).href);
const { validate } = await load('@actions/languageservice/dist/index.js');
const { validateAction } = await load('@actions/languageservice/dist/validate-action.js');
const { TextDocument } = await load('vscode-languageserver-textdocument/lib/esm/main.js');

const said = {};
for (const file of files) {
  const document = TextDocument.create(pathToFileURL(file).href, 'yaml', 1, readFileSync(file, 'utf8'));
  const check = basename(file) === 'action.yml' ? validateAction : validate;
  said[file] = (await check(document)).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
}
console.log(JSON.stringify(said));
