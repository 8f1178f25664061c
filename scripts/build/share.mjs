// webpack copies a module into every chunk that needs it, unless the modules that the same chunks share are large together.
// This moves such copies into files of their own, which these chunks require. Modules come into one file if the same
// actions load them at their start: then no action loads what it does not need, and the files are few.

/** What moves must save this many characters of unminified code, or the file costs more time than it saves. */
const leastSaved = 12_000;

/**
 * `files` are the scripts by name, and `chunks` are from `nameChunks`. Returns both again, with the new files among them. A chunk
 * lists the files that it requires as `requires`.
 */
export function shareModules(files, chunks) {
  const parts = new Map(chunks.map(({ name }) => [name, partsOf(name, files[name])]));
  const holders = new Map();
  for (const [name, { strict, modules }] of parts)
    for (const [id, code] of Object.entries(modules)) {
      const key = JSON.stringify([id, strict, code]);
      holders.set(key, [...(holders.get(key) ?? []), name]);
    }
  const starts = startsOf(files);
  const groups = new Map();
  for (const [key, names] of holders) {
    if (names.length < 2) continue;
    const [id, strict, code] = JSON.parse(key);
    const loading = starts.flatMap((start, i) => (names.some((name) => start.has(name)) ? [i] : []));
    const kind = `${strict} ${loading.length > 0 ? loading : names}`;
    const group = groups.get(kind) ?? { names: new Set(), strict, modules: {}, saved: 0 };
    for (const name of names) group.names.add(name);
    group.modules[id] = code;
    group.saved += (names.length - 1) * code.length;
    groups.set(kind, group);
  }
  const taken = new Set(Object.keys(files));
  const shared = [...groups.values()]
    .filter(({ saved }) => saved >= leastSaved)
    .map((group) => ({ ...group, held: heldBy(chunks, group) }))
    .sort((a, b) => (a.held.order < b.held.order ? -1 : 1))
    .map((group) => {
      const base = `common-${group.held.largest}`;
      let name = `${base}.js`;
      for (let count = 2; taken.has(name); count++) name = `${base}-${count}.js`;
      taken.add(name);
      return { ...group, name };
    });
  const out = { ...files };
  const listed = chunks.map((chunk) => ({ ...chunk, requires: [] }));
  for (const { name, names, strict, modules, held } of shared) {
    out[name] = textOf({ strict, modules });
    for (const holder of names) {
      for (const id of Object.keys(modules)) delete parts.get(holder).modules[id];
      const chunk = listed.find((one) => one.name === holder);
      chunk.requires.push(name);
      chunk.parts = chunk.parts.filter(({ id }) => !Object.hasOwn(modules, id));
    }
    listed.push({ name, requires: [], parts: held.parts });
  }
  for (const { name, requires } of listed)
    if (requires.length > 0) out[name] = textOf({ ...parts.get(name), name, requires });
  return { files: out, chunks: listed.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** The modules that move, from the lists of the chunks that held them. */
function heldBy(chunks, { names, modules }) {
  const found = new Map(
    chunks
      .filter(({ name }) => names.has(name))
      .flatMap(({ parts }) => parts)
      .filter(({ id }) => Object.hasOwn(modules, id))
      .map((part) => [part.id, part]),
  );
  const parts = [...found.values()].sort((a, b) => b.size - a.size || (a.slug < b.slug ? -1 : 1));
  return { parts, largest: parts[0].slug, order: parts.map(({ slug }) => slug).join(' ') };
}

const loading =
  /(?:Promise\.all\((?:\/\*[^*]*\*\/ ?)?\[([^\]]*)\]\)|_require__\.e\((?:\/\*[^*]*\*\/ ?)?("[^"]+")\))\.then\(/g;

/** The lists of chunks that a script loads, each with the code before it in the same statement. */
const listsIn = (code = '') =>
  [...code.matchAll(loading)].map(({ index, 1: many, 2: one }) => ({
    chunks: [...(many ?? one).matchAll(/"([^"]+)"/g)].map(([, chunk]) => chunk),
    before: /[^;]*$/.exec(code.slice(Math.max(0, index - 2000), index))[0],
  }));

/** The chunks that each action loads when it starts: the runner's, its own, and those of its inputs. */
function startsOf(files) {
  const code = files['runner-run.js'] ?? '';
  const lists = listsIn(files['index.js']);
  const runner = lists.find(({ chunks }) => chunks.includes('runner-run.js'))?.chunks;
  const [table] = listsIn(/return \(await .*\.wholeTable;/.exec(code)?.[0]);
  const inputs = new Map(
    listsIn(code).map(({ chunks, before }) => [/["']?([\w-]+)["']?: \(\) => \w*$/.exec(before)?.[1], chunks]),
  );
  if (!runner || !table)
    throw new Error('The bundler writes the entry in a new way: change scripts/build/share.mjs.');
  return lists.map(({ chunks, before }) => {
    if (chunks.includes('cli-main.js')) return new Set(chunks);
    const action = /\brun\('([\w-]+)',/.exec(before)?.[1];
    return new Set([...runner, ...chunks, ...(inputs.get(action) ?? table.chunks)]);
  });
}

/** The code of each module of a chunk. A chunk only defines functions, so it can be run to find them. */
function partsOf(name, code) {
  const exported = {};
  new Function('exports', code)(exported);
  const { id, ids, modules, ...others } = exported;
  if (id !== name || !Array.isArray(ids) || Object.keys(others).length > 0)
    throw new Error(`The bundler writes ${name} in a new way: change scripts/build/share.mjs.`);
  return {
    ids,
    strict: /^"use strict";/.test(code),
    modules: Object.fromEntries(Object.entries(modules).map(([key, run]) => [key, String(run)])),
  };
}

const textOf = ({ name, ids, strict, modules, requires = [] }) =>
  [
    strict ? '"use strict";' : '',
    name === undefined ? '' : `exports.id = ${JSON.stringify(name)};`,
    ids === undefined ? '' : `exports.ids = ${JSON.stringify(ids)};`,
    'exports.modules = {',
    ...Object.entries(modules).map(([id, code]) => `${JSON.stringify(id)}: ${code},`),
    '};',
    requires.length === 0
      ? ''
      : `Object.assign(exports.modules, ${requires.map((file) => `require("./${file}").modules`).join(', ')});`,
    '',
  ].join('\n');
