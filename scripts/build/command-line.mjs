// The npm package holds the command line and not the actions. This finds the chunks that no verb loads.

/** Only a deploy loads the client of Cloud Functions, and the command line deploys nothing. */
const onlyForDeploy = /google-gax|google-cloud-functions|google-logging-utils/;

/** The `.npmignore` of the bundle. `files` are the scripts by name, as the bundler names the chunks in them. */
export function ignoredByNpm(files) {
  const loads = /(?:_require__\.e\((?:\/\*[^*]*\*\/ ?)?"|require\("\.\/)([^"]+)"\)/g;
  // A comment of a package may show a require of its own.
  const loadedBy = (code) =>
    [...code.matchAll(loads)].map(([, name]) => name).filter((name) => Object.hasOwn(files, name));
  const start = /const cli = [\s\S]*?;\n/.exec(files['index.js'])?.[0];
  const next = loadedBy(start ?? '');
  if (!next.includes('cli-main.js'))
    throw new Error(
      'The bundler writes the command line in a new way: change scripts/build/command-line.mjs.',
    );
  const found = new Set();
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    next.push(...loadedBy(files[name]));
  }
  const left = Object.keys(files).filter(
    (name) => name.endsWith('.js') && name !== 'index.js' && (!found.has(name) || onlyForDeploy.test(name)),
  );
  return [
    '# What the command line never loads. `npm run bundle` writes this list.',
    'README.md',
    ...left.sort(),
    '',
  ].join('\n');
}
