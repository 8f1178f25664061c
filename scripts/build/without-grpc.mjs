// Leaves gRPC out of the bundle. @google-cloud/functions requires all of google-gax, gRPC included, for two functions that
// its REST half has too. So the build gets the client in a folder of its own, beside a google-gax that holds only those.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the client takes from google-gax, and the file that has it. */
const taken = {
  decodeAnyProtosInArray: ['google-gax/build/src/util.js', '.decodeAnyProtosInArray'],
  loggingUtils: ['google-logging-utils/build/src/index.js', ''],
};

/** Prepares `build`, the folder of what tsc has written. `packages` is the repository's folder of packages. */
export function leaveGrpcOut(build, packages) {
  const client = '@google-cloud/functions';
  const code = readFileSync(join(packages, client, 'build/src/v2/function_service_client.js'), 'utf8');
  const used = new Set([...code.matchAll(/google_gax_1\.(\w+)/g)].map(([, name]) => name));
  const unknown = [...used].filter((name) => !Object.hasOwn(taken, name));
  if (used.size === 0 || unknown.length > 0)
    throw new Error(
      `${client} takes ${unknown.join(', ') || 'nothing'} from google-gax: change scripts/build/without-grpc.mjs.`,
    );
  const own = join(build, 'node_modules');
  cpSync(join(packages, client), join(own, client), { recursive: true });
  const { name, version, license } = JSON.parse(
    readFileSync(join(packages, 'google-gax/package.json'), 'utf8'),
  );
  const gax = join(own, name);
  mkdirSync(gax);
  cpSync(join(packages, name, 'LICENSE'), join(gax, 'LICENSE'));
  writeFileSync(join(gax, 'package.json'), JSON.stringify({ name, version, license }));
  const from = (file) => `require(${JSON.stringify(join(packages, file))})`;
  writeFileSync(
    join(gax, 'index.js'),
    Object.entries(taken)
      .map(([key, [file, member]]) => `exports.${key} = ${from(file)}${member};\n`)
      .join(''),
  );
  writeFileSync(join(gax, 'fallback.js'), `module.exports = ${from('google-gax/build/src/fallback.js')};\n`);
}
