/**
 * The build puts the text of this function into dist/index.js, in place of webpack's own loader. `ready` are the functions of the
 * modules that index.js holds itself, and `folder` is where the other files of the bundle are.
 */
export function bundleLoader(ready, require, folder) {
  /** Where the code of each module is, by its id. */
  const places = Object.create(null);
  /** The modules that something asked for, by their ids. */
  const asked = Object.create(null);
  /** The files that other files need, once they were read. */
  const filesRead = new Set();

  const damaged = (path) =>
    new Error(`${path} is not as it was built. Copy the whole folder again, and let nothing edit its files.`);

  /** Reads a file, and the files that it needs. Its first line lists its modules; none is compiled yet. */
  function readBundleFile(name) {
    const path = `${folder}/${name}`;
    // The list counts characters of the file as it was built. A copy in a repository of others may get the line ends of Windows.
    const text = require('node:fs').readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
    const end = text.indexOf('\n');
    let head;
    try {
      head = JSON.parse(text.slice(2, end));
    } catch {
      throw damaged(path);
    }
    const { strict, ids, needs, modules } = head;
    for (const id in modules) {
      const [start, length, line, names] = modules[id];
      places[id] ??= { path, text, strict, start: end + 1 + start, length, line, names };
    }
    for (const other of needs)
      if (!filesRead.has(other)) {
        readBundleFile(other);
        // Only now: after a failure the next import reads it again.
        filesRead.add(other);
      }
    return { ids, modules: {} };
  }

  /** The function of a module. It sees what Node gives to the code of a file. */
  function compile(id) {
    const place = places[id];
    if (!place) throw new Error(`The bundle has no module ${id}.`);
    const { text, start, length } = place;
    const code = text.slice(start, start + length);
    if (text[start - 1] !== '\n' || text.slice(start + length, start + length + 2) !== ',\n')
      throw damaged(place.path);
    return require('node:vm').compileFunction(
      `${place.strict ? '"use strict";' : ''}return(\n${code}\n)`,
      ['require', '__filename', '__dirname'],
      // The code begins on the second line of this text and on a line of its own in the file. So a stack trace names the right place.
      { filename: place.path, lineOffset: place.line - 1 },
    )(require, place.path, folder);
  }

  function run(id, module) {
    ready[id] ??= compile(id);
    ready[id].call(module.exports, module, module.exports, load);
  }

  /** Gives `exports` its names, and runs the module when one of them is first read. The module then defines the names itself. */
  function promise(id, module, names) {
    let began = false;
    for (const name of names.split(','))
      Object.defineProperty(module.exports, name, {
        enumerable: true,
        configurable: true,
        get() {
          if (began) throw new Error(`Module ${id} has no ${name} yet.`);
          began = true;
          try {
            run(id, module);
          } catch (error) {
            // The next use runs it again, and fails again.
            promise(id, module, names);
            throw error;
          }
          return module.exports[name];
        },
      });
  }

  /** Whether a name of `exports` is still a promise, which the module may replace. */
  const isPromised = (exports, name) => Object.getOwnPropertyDescriptor(exports, name).configurable;

  /** Members of a built-in module of Node, which is loaded when one of them is first read. */
  function builtinLater(name, members) {
    const later = {};
    for (const member of members)
      Object.defineProperty(later, member, {
        enumerable: true,
        configurable: true,
        get() {
          const value = require(name)[member];
          Object.defineProperty(later, member, { value, enumerable: true });
          return value;
        },
      });
    return later;
  }

  /** The exports of a module. */
  function load(id) {
    const known = asked[id];
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    asked[id] = module;
    const names = places[id]?.names;
    if (names !== undefined) promise(id, module, names);
    else {
      let threw = true;
      try {
        run(id, module);
        threw = false;
      } finally {
        if (threw) delete asked[id];
      }
    }
    return module.exports;
  }

  return { load, readBundleFile, isPromised, builtinLater };
}
