// Gives the chunks of the bundle names instead of webpack's numbers, and writes the map of what each holds.
import { ownerOfStandIn } from './narrow.mjs';

/** The npm package of a module's path, undefined for one of our own modules. */
const packageOf = (path) => ownerOfStandIn(path) ?? /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];

/** `./build/main/steps/watch/watch.js + 3 modules` as `steps/watch/watch`, or the name of its package. */
function nameOf(module) {
  const path = module.name.replace(/ \+ \d+ modules$/, '');
  return packageOf(path) ?? path.replace(/^.*\/build\/[^/]+\//, '').replace(/\.js$/, '');
}

/** The modules of a chunk by their ids, each with all that webpack joined into it. */
function partsOf(chunk) {
  const inside = (module) =>
    module.modules?.length ? module.modules.flatMap(inside) : module.name ? [module] : [];
  return chunk.modules
    .map((module) => ({ id: String(module.id), inner: inside(module) }))
    .filter(({ inner }) => inner.length > 0)
    .map(({ id, inner }) => ({
      id,
      size: inner.reduce((sum, { size }) => sum + size, 0),
      slug: slug(largestIn(inner)),
      modules: inner.map(nameOf),
      inner,
    }));
}

/** Part of a file name: `@actions/github` as `actions-github`, `watch/watch` as `watch`. */
const slug = (name) =>
  name
    .replace(/^@/, '')
    .split('/')
    .filter((part, index, parts) => part !== parts[index - 1])
    .join('-')
    .replace(/\.js$/, '')
    .replace(/[^\w.-]/g, '-');

/** The module of our own, or the package, with the most code in a chunk. */
function largestIn(modules) {
  const sizes = new Map();
  for (const module of modules) sizes.set(nameOf(module), (sizes.get(nameOf(module)) ?? 0) + module.size);
  return [...sizes].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1))[0][0];
}

/**
 * Names each lazily loaded chunk after the module that the code imports, and each chunk that several of them share after
 * the largest part of it. `stats` is webpack's, as `toJson` gives it with chunks, modules, nested modules and origins.
 * Returns [{ id, file, name, parts: [{ id, size, slug, modules: string[] }] }] in the order of the names.
 */
export function nameChunks(stats) {
  const taken = new Set();
  return stats.chunks
    .filter((chunk) => !chunk.entry)
    .map((chunk) => {
      const parts = partsOf(chunk);
      const modules = parts
        .flatMap(({ inner }) => inner)
        .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
      const wanted = new Set(chunk.origins.map(({ request }) => request.replace(/^(\.\.?\/)+|\.js$/g, '')));
      const target = modules.find((module) => wanted.size === 1 && nameOf(module).endsWith([...wanted][0]));
      const base = target ? slug(nameOf(target)) : `shared-${slug(largestIn(modules))}`;
      return { id: chunk.id, file: chunk.files[0], base, parts: parts.map(({ inner, ...part }) => part) };
    })
    .sort((a, b) => (a.base + listed(a)[0] < b.base + listed(b)[0] ? -1 : 1))
    .map(({ base, ...chunk }) => {
      let name = base;
      for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
      taken.add(name);
      return { ...chunk, name: `${name}.js` };
    });
}

/** The modules of `src/` in the entry, as `nameChunks` gives those of a chunk, without the entry itself and what Node brings. */
export const entryParts = (stats) =>
  stats.chunks
    .filter((chunk) => chunk.entry)
    .flatMap(partsOf)
    .map(({ inner, ...part }) => part)
    .filter(({ modules }) => modules.every((name) => name.includes('/') && !name.startsWith('external ')));

/**
 * The files of the bundle, by name, with each chunk's name in place of its number. webpack makes the numbers from the order
 * in which it happens to read the modules, so they differ from build to build. `files` are the texts by webpack's file names.
 */
export function useNames(files, chunks) {
  const nameOf = new Map(chunks.map(({ id, name }) => [String(id), JSON.stringify(name)]));
  const named = (id) => {
    const name = nameOf.get(id);
    if (!name) throw changed(`chunk ${id}`);
    return name;
  };
  const renamed = Object.entries(files).map(([file, text]) => {
    const chunk = chunks.find((candidate) => candidate.file === file);
    let code = text.replace(
      /(__(?:nccwpck|webpack)_require__\.e\((?:\/\*[^*]*\*\/ ?)?)(\d+)(\))/g,
      (_, before, id, after) => before + named(id) + after,
    );
    // The entry calls the loader `__nccwpck_require__`, the other files call it `__webpack_require__`.
    if (/_require__\.e\((?:\/\*[^*]*\*\/ ?)?\d/.test(code)) throw changed('how it loads a chunk');
    if (chunk) {
      code = once(code, /exports\.id = (\d+);/g, (id) => `exports.id = ${named(id)};`);
      // A chunk also answers for those whose modules it holds.
      code = once(
        code,
        /exports\.ids = \[([\d,]+)\];/g,
        (ids) => `exports.ids = [${ids.split(',').map(named).sort()}];`,
      );
    } else code = once(code, /return "" \+ chunkId \+ "\.index\.js";/g, () => 'return chunkId;');
    return [chunk?.name ?? file, code];
  });
  return Object.fromEntries(renamed);
}

/** Replaces the one match of `pattern`, which `instead` gets as its first group. */
function once(code, pattern, instead) {
  if ([...code.matchAll(pattern)].length !== 1) throw changed(`what ${pattern} looks for`);
  return code.replace(pattern, (_, group) => instead(group));
}

const changed = (what) =>
  new Error(`The bundler writes ${what} in a new way: change scripts/build/chunks.mjs.`);

/** The names of all that a chunk holds, each once. */
const listed = ({ parts }) => [...new Set(parts.flatMap(({ modules }) => modules))].sort();

/** Writes the page beside the bundle, which lists what each file holds. */
export function chunkMap(chunks, sizes) {
  const rows = chunks.map(({ name, parts }) => {
    const modules = listed({ parts });
    const packages = modules.filter((module) => !module.includes('/') || module.startsWith('@'));
    const own = modules.filter((module) => !packages.includes(module));
    return `| \`${name}\` | ${Math.ceil(sizes[name] / 1024)} | ${own.join(', ')} | ${packages.join(', ')} |`;
  });
  return [
    '# What a runner executes',
    '',
    '`npm run bundle` writes this folder from `src/`; `npm run check` proves that it is exactly what the sources build. `index.js` is the',
    'entry of every action; it reads the other files when an action needs them, and compiles a module of them when it is used: the first',
    'line of each file lists its modules. `licenses.txt` holds the licences of the packages inside.',
    '',
    '| file | KiB | from `src/` | packages |',
    '|:--|--:|:--|:--|',
    ...rows,
    '',
  ].join('\n');
}
