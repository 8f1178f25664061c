import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a runner gets from `owner/name@ref`: this project at its tag, and stand-ins for the actions of others. */

const root = join(import.meta.dirname, '../../..');

/** Copies what a runner can read at a tag of this project. The bundle is the committed or the newly built one. */
export function publishedTree(folder: string): string {
  for (const part of ['action.yml', 'actions', 'dist', '.github/workflows', 'schemas'])
    if (existsSync(join(root, part))) cpSync(join(root, part), join(folder, part), { recursive: true });
  const built = process.env.BACKSTAY_BUILT;
  if (built) cpSync(join(built, 'dist'), join(folder, 'dist'), { recursive: true });
  return folder;
}

interface StandIn {
  inputs: string[];
  script: string;
}

/**
 * Small actions with the inputs that our workflows use. They need no network. `KEPT` is a folder that outlives the job.
 * act itself does what `actions/checkout` does.
 */
const standIns: Record<string, StandIn> = {
  'actions/setup-node': {
    inputs: ['node-version', 'cache', 'cache-dependency-path'],
    script: 'node --version',
  },
  'actions/cache/restore': {
    inputs: ['path', 'key', 'restore-keys'],
    script: '[ ! -d "$KEPT/cache" ] || cp -R "$KEPT/cache" "$IN_PATH"',
  },
  'actions/cache/save': {
    inputs: ['path', 'key'],
    script: 'rm -rf "$KEPT/cache"; cp -R "$IN_PATH" "$KEPT/cache"',
  },
  'actions/upload-artifact': {
    inputs: ['name', 'path', 'retention-days', 'if-no-files-found', 'overwrite'],
    script:
      'to=$KEPT/$IN_NAME; mkdir -p "$to"; while read -r file; do if [ -d "$file" ]; then cp -R "$file/." "$to/"; elif [ -n "$file" ]; then cp -R $file "$to/" || true; fi; done <<<"$IN_PATH"; [ -n "$(ls -A "$to")" ]',
  },
  'actions/download-artifact': {
    inputs: ['name', 'path'],
    script: 'to=$IN_PATH; [ -n "$to" ] || to=.; mkdir -p "$to"; cp -R "$KEPT/$IN_NAME/." "$to/"',
  },
  'actions/setup-go': { inputs: ['go-version', 'cache'], script: 'true' },
  'actions/attest-build-provenance': {
    inputs: ['subject-checksums'],
    script:
      'cp "$IN_SUBJECT_CHECKSUMS" "$KEPT/attested.txt"; cd "$(dirname "$IN_SUBJECT_CHECKSUMS")"; sha256sum -c checksums.txt',
  },
  'github/codeql-action/upload-sarif': {
    inputs: ['sarif_file', 'category'],
    script: 'mkdir -p "$KEPT/sarif"; cp "$IN_SARIF_FILE" "$KEPT/sarif/"',
  },
  'google-github-actions/setup-gcloud': { inputs: ['version'], script: 'gcloud --version | head -1' },
};

const variable = (input: string) => `IN_${input.replaceAll('-', '_').toUpperCase()}`;

function manifest(name: string, { inputs, script }: StandIn): string {
  return `name: stand-in for ${name}
description: Does what the examples need of ${name}, without a network.
inputs:
${inputs.map((input) => `  ${input}: { description: as there, required: false }`).join('\n')}
runs:
  using: composite
  steps:
    - shell: bash
      env:
${inputs.map((input) => `        ${variable(input)}: \${{ inputs.${input} }}`).join('\n')}
      run: |
        set -euo pipefail
        ${script}
`;
}

/** The text of a workflow and of every reusable workflow of this project that it calls. */
export const withCalled = (workflow: string, tree: string): string =>
  [
    workflow,
    ...[...workflow.matchAll(/backstay-release\/backstay\/(\.github\/workflows\/[\w.-]+)@/g)].map(
      ([, path]) => readFileSync(join(tree, path as string), 'utf8'),
    ),
  ].join('\n');

/** Folders for every action of others that a workflow names. Throws if one has no stand-in. */
export function neighbours(workflow: string, folder: string): Record<string, string> {
  const local: Record<string, string> = {};
  for (const [, name = '', ref = ''] of workflow.matchAll(/uses: ['"]?([\w./-]+)@([\w.-]+)/g)) {
    if (name.startsWith('backstay-release/') || name === 'actions/checkout') continue;
    const standIn = standIns[name];
    if (!standIn) throw new Error(`${name} has no stand-in in test/peers/act/published-tree.ts.`);
    const [owner = '', repository = '', ...path] = name.split('/');
    const at = join(folder, `${owner}-${repository}`);
    mkdirSync(join(at, ...path), { recursive: true });
    writeFileSync(join(at, ...path, 'action.yml'), manifest(name, standIn));
    local[`${owner}/${repository}@${ref}`] = at;
  }
  return local;
}
