// Makes the bundle run only what it needs. Node parses a whole file before it runs any of it, and webpack runs every module that
// the code imports, used or not. Here each file lists its modules in its first line, and `loader.mjs` compiles and runs a module
// when something of it is first used. An action still reads its files at its start, so nothing changes below a running release.
import { bundleLoader } from './loader.mjs';

const changed = (what) =>
  new Error(`The bundler writes ${what} in a new way: change scripts/build/lazy.mjs.`);

/** The file with the modules of the entry. All actions read it. */
export const entryFile = 'entry.js';

/** Built-in modules that Node has loaded before any of our code runs. */
const loadedByNode = new Set(['buffer', 'events', 'fs', 'path', 'process', 'url', 'util']);

/**
 * `files` are the scripts by name, and `chunks` are from `shareModules`, with that of the entry. `minify` makes a script small. Returns the
 * files again: `index.js` is still to be made small, the others are done.
 */
export async function runLate(files, chunks, minify) {
  const parts = new Map(
    chunks.filter(({ name }) => name !== entryFile).map(({ name }) => [name, partsOf(name, files[name])]),
  );
  const codes = [files['index.js'], ...[...parts.values()].flatMap(({ modules }) => Object.values(modules))];
  const { index, modules: inEntry } = apart(builtinsLate(files['index.js'], codes));
  parts.set(entryFile, { strict: true, ids: [], needs: [], modules: inEntry });
  const own = new Set(
    chunks.flatMap(({ parts: held }) =>
      held.filter(({ modules }) => modules.every(isOwn)).map(({ id }) => id),
    ),
  );
  const out = { ...files, 'index.js': withLoader(index) };
  for (const [name, { modules, ...head }] of parts) {
    const list = {};
    let text = 'exports.modules={\n';
    for (const [id, code] of Object.entries(modules)) {
      text += `${JSON.stringify(id)}:\n`;
      const small = await moduleMinified(code, minify);
      const names = own.has(id) ? namesOf(code) : undefined;
      list[id] = [text.length, small.length, text.split('\n').length, ...(names ? [names.join()] : [])];
      text += `${small},\n`;
    }
    out[name] = `//${JSON.stringify({ ...head, modules: list })}\n${text}};\n`;
  }
  return out;
}

/** The code of a module made small. It is an argument here, so that it stays an expression. */
async function moduleMinified(code, minify) {
  const small = /^_\(([\s\S]*)\);$/.exec(await minify(`_(${code})`))?.[1];
  if (small === undefined) throw changed('a module');
  return small;
}

/** Whether a module is from `src/`, and not a package. */
const isOwn = (name) => name.includes('/') && !name.startsWith('@');

/** What the list in the first line of a file says. */
export const headOf = (text) => JSON.parse(text.slice(2, text.indexOf('\n')));

/** A chunk by its modules. It only defines functions, so it can be run to find them. */
function partsOf(name, code) {
  const exported = {};
  const needs = [];
  new Function('exports', 'require', code)(exported, (path) => {
    needs.push(path.replace('./', ''));
    return { modules: {} };
  });
  const { id, ids = [], modules, ...others } = exported;
  if ((id ?? name) !== name || !modules || Object.keys(others).length > 0) throw changed(name);
  return {
    strict: /^"use strict";/.test(code),
    ids,
    needs,
    modules: Object.fromEntries(Object.entries(modules).map(([key, run]) => [key, String(run)])),
  };
}

/** What a module exports, undefined if that is not one list: such a module runs as soon as it is imported. */
export function namesOf(code) {
  if (/^\s*(?:\/\*[^*]*\*\/ )?__(?:nccwpck|webpack)_require__\(\d+\);/m.test(code))
    throw changed('an import for its effects');
  // Such a module is not done when it has run, so its names must not wait.
  if (/_require__\.a\(/.test(code)) throw changed('a module that awaits at its top');
  const lists = [
    ...code.matchAll(
      /_require__\.d\(__webpack_exports__, (?:\{([\s\S]*?)\n(?:\/\* harmony export \*\/ )?\}\);)?/g,
    ),
  ];
  if (lists.length !== 1 || lists[0][1] === undefined) return undefined;
  const lines = lists[0][1].split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const name = /^(?:\/\* harmony export \*\/)?\s*([\w$]+): \(\) => /.exec(line)?.[1];
    if (name === undefined) throw changed(`the export ${line.trim()}`);
    return name;
  });
}

/** The members that the code takes of a built-in module, undefined if it also uses the module as a whole. */
export function membersOf(id, codes) {
  const members = new Set();
  const asked = `__(?:nccwpck|webpack)_require__\\(${id}\\)`;
  for (const code of codes) {
    const variables = [...code.matchAll(new RegExp(`var (\\S+) = ${asked};`, 'g'))];
    // A package may ask in another way, and what it takes is not known then.
    if (variables.length !== [...code.matchAll(new RegExp(asked, 'g'))].length) return undefined;
    for (const [, variable] of variables) {
      const name = variable.replaceAll('$', '\\$');
      for (const { 0: use, 1: member, index } of code.matchAll(
        new RegExp(`(?<![\\w$.])${name}(?![\\w$])(?:\\.([\\w$]+))?`, 'g'),
      )) {
        const before = code.slice(Math.max(0, index - 40), index);
        if (member !== undefined) members.add(member);
        // The declaration, and a default import that the code never uses.
        else if (/\bvar $/.test(before)) continue;
        else if (/_require__\.n\($/.test(before) && code.split(`${use}_default`).length === 2) continue;
        else return undefined;
      }
    }
  }
  return [...members].sort();
}

/** The entry, with built-in modules of Node that wait until something of them is used. */
function builtinsLate(code, codes) {
  return code.replace(
    /(\d+):\n\/\*{3}\/ \(\(module\) => \{\n\nmodule\.exports = require\("node:([\w/]+)"\);/g,
    (whole, id, name) => {
      const members = loadedByNode.has(name) ? undefined : membersOf(id, codes);
      if (!members?.length) return whole;
      return whole.replace(/require\(.*\)/, `builtinLater("node:${name}", ${JSON.stringify(members)})`);
    },
  );
}

/** The entry without the modules of `src/` that it holds, and these. */
function apart(code) {
  const pattern = /var __webpack_modules__ = \((\{\n[\s\S]*?\n\/\*{6}\/ \t\})\);/;
  const table = pattern.exec(code)?.[1];
  if (table === undefined) throw changed('the modules of the entry');
  const texts = Object.entries(new Function(`return ${table}`)()).map(([id, run]) => [id, String(run)]);
  const builtins = texts.filter(([, text]) => /^\(module\) => \{\s*module\.exports = \w+\("/.test(text));
  return {
    index: code.replace(
      pattern,
      () => `var __webpack_modules__ = {${builtins.map(([id, text]) => `\n${id}: ${text}`).join(',')}};`,
    ),
    modules: Object.fromEntries(texts.filter(([id]) => !builtins.some(([other]) => other === id))),
  };
}

/** The entry, with our own loader in place of webpack's. */
function withLoader(code) {
  const parts = '{ load: __nccwpck_require__, readBundleFile, isPromised, builtinLater }';
  const changes = [
    [
      /function __nccwpck_require__\(moduleId\) \{[\s\S]*?(?=\/\/ expose the modules object)/g,
      `const ${parts} = (${bundleLoader})(__webpack_modules__, require, __dirname);\nreadBundleFile("${entryFile}");\n`,
    ],
    [/require\("\.\/" \+ __nccwpck_require__\.u\(chunkId\)\)/g, 'readBundleFile(chunkId)'],
    [
      /!__nccwpck_require__\.o\(exports, key\)/g,
      '(!__nccwpck_require__.o(exports, key) || isPromised(exports, key))',
    ],
  ];
  return changes.reduce((text, [pattern, instead]) => {
    if ([...text.matchAll(pattern)].length !== 1) throw changed(`what ${pattern} looks for`);
    return text.replace(pattern, () => instead);
  }, code);
}
