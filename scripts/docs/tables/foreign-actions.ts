/**
 * Every action of others that a workflow or a page of this project names, by its major version: how it is started, and from
 * which runner on. Each fact was read in the action's own manifest and README at the commit. The SHA is the one to pin.
 */
export interface ForeignAction {
  /** Undefined if only pages name it, by its tag, in workflows that readers have already. */
  pin?: { sha: string; version: string };
  using: 'node24' | 'composite' | 'docker';
}

export const foreignActions: Readonly<Record<string, ForeignAction>> = {
  'actions/attest-build-provenance@v4': {
    pin: { sha: 'a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32', version: 'v4.1.0' },
    using: 'composite',
  },
  'actions/cache@v5': {
    pin: { sha: '27d5ce7f107fe9357f9df03efb73ab90386fccae', version: 'v5.0.5' },
    using: 'node24',
  },
  // In the workflows that readers have before they migrate.
  'actions/checkout@v5': { using: 'node24' },
  'actions/checkout@v7': {
    pin: { sha: '3d3c42e5aac5ba805825da76410c181273ba90b1', version: 'v7.0.1' },
    using: 'node24',
  },
  'actions/download-artifact@v8': {
    pin: { sha: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c', version: 'v8.0.1' },
    using: 'node24',
  },
  'actions/setup-go@v7': {
    pin: { sha: 'b7ad1dad31e06c5925ef5d2fc7ad053ef454303e', version: 'v7.0.0' },
    using: 'node24',
  },
  'actions/setup-node@v7': {
    pin: { sha: '820762786026740c76f36085b0efc47a31fe5020', version: 'v7.0.0' },
    using: 'node24',
  },
  'actions/upload-artifact@v7': {
    pin: { sha: 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f', version: 'v7.0.0' },
    using: 'node24',
  },
  'github/codeql-action@v4': {
    pin: { sha: '8aad20d150bbac5944a9f9d289da16a4b0d87c1e', version: 'v4.36.2' },
    using: 'node24',
  },
  'google-github-actions/auth@v3': { using: 'node24' },
  'google-github-actions/deploy-cloud-functions@v4': { using: 'node24' },
  'google-github-actions/deploy-cloudrun@v3': { using: 'node24' },
  'google-github-actions/setup-gcloud@v3': { using: 'node24' },
  'ossf/scorecard-action@v2': {
    pin: { sha: '2d1146689b8cda280b9bc96326124645441f03bc', version: 'v2.4.4' },
    using: 'docker',
  },
};

const started: Readonly<Record<ForeignAction['using'], string>> = {
  node24: 'Node 24',
  composite: 'steps',
  docker: 'a container',
};

/** Those that we pin, as a table. */
export const foreignTable = (): string =>
  [
    '| action | pinned at | runs as |',
    '|:--|:--|:--|',
    ...Object.entries(foreignActions).flatMap(([name, { pin, using }]) =>
      pin ? [`| \`${name.replace(/@.*/, '')}\` | ${pin.version} | ${started[using]} |`] : [],
    ),
  ].join('\n');
