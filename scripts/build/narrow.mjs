// Gives the build its own copies of some packages, in a folder that is searched before the repository's, and leaves out
// of them what the bundle never runs: `left-out.mjs` says what. An update of a package that no longer fits stops the build.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { leftOut } from './left-out.mjs';

const table = 'change scripts/build/left-out.mjs.';

/** Prepares `build`, the folder of what tsc has written. `packages` is the repository's folder of packages. */
export function narrowPackages(build, packages) {
  replaceParts(leftOut, join(build, 'node_modules'), packages);
  leaveGrpcOut(join(build, 'node_modules'), packages);
}

/** Copies each package of the list from `packages` to `own`, with the stand-ins. */
export function replaceParts(list, own, packages) {
  for (const [name, files] of Object.entries(list)) {
    copyPackage(join(packages, name), join(own, name));
    for (const [file, instead] of Object.entries(files)) replace(join(own, name), file, instead, packages);
  }
}

/** The package that a stand-in for another package belongs to, by the path of the stand-in. */
export const ownerOfStandIn = (path) =>
  Object.keys(leftOut).find((owner) =>
    Object.keys(leftOut[owner]).some(
      (file) => file.startsWith('node_modules/') && path.includes(`/node_modules/${owner}/${file}/`),
    ),
  );

const copyPackage = (from, to) => {
  if (!existsSync(from)) throw new Error(`${from} does not exist: ${table}`);
  cpSync(from, to, { recursive: true, filter: (path) => !/\.(map|d\.[cm]?ts)$/.test(path) });
};

/** Writes the stand-in `instead` for `file` of the copied package in `folder`. */
function replace(folder, file, instead, packages) {
  const asked = /^node_modules\/(.*)$/.exec(file)?.[1];
  const users = scriptsOf(folder).map((path) => readFileSync(path, 'utf8'));
  if (asked === undefined ? !existsSync(join(folder, file)) : !users.some((code) => asksFor(code, asked)))
    throw new Error(`${folder} has no use of ${asked ?? file} any more: ${table}`);
  if (typeof instead === 'object' && asked !== undefined) {
    const unknown = users
      .flatMap((code) => taken(code, asked))
      .filter((member) => !Object.hasOwn(instead, member));
    if (unknown.length > 0) throw new Error(`${folder} takes ${unknown.join(', ')} from ${asked}: ${table}`);
  }
  const path = join(folder, asked === undefined ? file : `${file}/index.js`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    typeof instead === 'string'
      ? instead.replaceAll('{packages}', packages)
      : `Object.defineProperty(exports, '__esModule', { value: true });\n${Object.entries(instead)
          .map(([member, code]) => `exports.${member} = ${code};\n`)
          .join('')}`,
  );
}

/** The scripts of a package itself, without those of packages inside it. */
const scriptsOf = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?js$/.test(name) && !/(^|\/)node_modules\//.test(name))
    .map((name) => join(folder, name));

const quoted = (name) => `["']${name.replaceAll('/', '\\/')}["']`;
const asksFor = (code, name) => new RegExp(`(require\\(|from )${quoted(name)}`).test(code);

/** The members that compiled code takes of a package: `name_1.Member`. */
function taken(code, name) {
  const variable = new RegExp(`(\\w+) = (?:__import\\w+\\()?require\\(${quoted(name)}\\)`).exec(code)?.[1];
  return variable
    ? [...code.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'))].map((found) => found[1])
    : [];
}

/** What the client of Cloud Functions takes from google-gax, and the file that has it. */
const taking = {
  decodeAnyProtosInArray: ['./build/src/util.js', '.decodeAnyProtosInArray'],
  loggingUtils: ['{packages}/google-logging-utils/build/src/index.js', ''],
};

/**
 * The client requires all of google-gax, gRPC included, for two functions that its REST half has too. So it gets an entry
 * with only those. Its protos are those of version 2: the file also holds every other version of the API.
 */
function leaveGrpcOut(own, packages) {
  const client = '@google-cloud/functions';
  copyPackage(join(packages, client), join(own, client));
  const code = readFileSync(join(own, client, 'build/src/v2/function_service_client.js'), 'utf8');
  const used = new Set([...code.matchAll(/google_gax_1\.(\w+)/g)].map(([, name]) => name));
  const unknown = [...used].filter((name) => !Object.hasOwn(taking, name));
  if (used.size === 0 || unknown.length > 0)
    throw new Error(
      `${client} takes ${unknown.join(', ') || 'nothing'} from google-gax: change scripts/build/narrow.mjs.`,
    );
  const gax = join(own, 'google-gax');
  const { name, version, license } = JSON.parse(readFileSync(join(gax, 'package.json'), 'utf8'));
  writeFileSync(join(gax, 'package.json'), JSON.stringify({ name, version, license }));
  writeFileSync(
    join(gax, 'index.js'),
    Object.entries(taking)
      .map(([key, [file, member]]) => `exports.${key} = require('${file}')${member};\n`)
      .join('')
      .replaceAll('{packages}', packages),
  );
  writeFileSync(join(gax, 'fallback.js'), "module.exports = require('./build/src/fallback.js');\n");

  const protos = join(own, client, 'build/protos/protos.json');
  writeFileSync(protos, JSON.stringify(onlyVersion2(JSON.parse(readFileSync(protos, 'utf8')))));
}

/** The protos without the other versions of the API of Cloud Functions. */
function onlyVersion2(protos) {
  const versions = protos.nested.google.nested.cloud.nested.functions.nested;
  const { v2, ...others } = versions;
  protos.nested.google.nested.cloud.nested.functions.nested = { v2 };
  const text = JSON.stringify(protos);
  const missing = Object.keys(others).filter((version) => text.includes(`cloud.functions.${version}.`));
  if (!v2 || missing.length > 0)
    throw new Error(`The protos of Cloud Functions need ${missing.join(', ') || 'version 2'}: ${table}`);
  return protos;
}
