import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loads, modulesFrom, target } from './support/module-graph.ts';

const root = join(import.meta.dirname, '..');

function files(folder: string, ending = '.ts'): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

/** Every module that a file imports: statically or lazily, types included. */
function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)'([^']+)'/g)].map(
    (match) => match[1] as string,
  );
}

/** Layers, one direction: cli -> actions -> runner, inputs, targets -> adapters -> steps -> domain. */
const layers: Record<string, readonly string[]> = {
  cli: [
    'cli',
    'actions',
    'runner',
    'inputs',
    'targets',
    'gcp',
    'sli',
    'models',
    'http',
    'github',
    'git',
    'steps',
    'domain',
  ],
  actions: [
    'actions',
    'runner',
    'inputs',
    'targets',
    'gcp',
    // Pipelines of SageMaker.
    'aws',
    'sli',
    'models',
    'http',
    'github',
    'git',
    'steps',
    'domain',
  ],
  runner: ['runner', 'inputs', 'http', 'steps', 'domain'],
  // The shapes of names of AWS.
  inputs: ['inputs', 'aws', 'sli', 'models', 'steps', 'domain'],
  targets: ['targets', 'gcp', 'http', 'steps', 'domain'],
  gcp: ['gcp', 'http', 'steps', 'domain'],
  // Amazon Web Services, as far as a source of counts and pipelines of SageMaker need them.
  aws: ['aws', 'http', 'steps', 'domain'],
  // Microsoft Entra, as far as a source of counts needs it.
  azure: ['azure', 'http', 'steps', 'domain'],
  sli: ['sli', 'aws', 'azure', 'http', 'steps', 'domain'],
  // Registries of models: a room each, named in src/models/registry.ts.
  models: ['models', 'http', 'steps', 'domain'],
  github: ['github', 'http', 'steps', 'domain'],
  http: ['http', 'steps', 'domain'],
  // Commits and the working copy of the user's repository.
  git: ['git', 'steps', 'domain'],
  steps: ['steps', 'domain'],
  domain: ['domain'],
};

/**
 * A layer has a room, that is a folder, for each capability. A room may import only the rooms listed here. `*` stands for
 * every room of the layer. Each new arrow is a decision, so it needs a line here.
 */
const rooms: Record<string, Record<string, readonly string[] | '*'>> = {
  // A verb is one file; what several verbs share lies beside the folder, in src/cli itself.
  // `setup` and `status` are what lies behind `init` and `status`, in several files. `init` ends with the doctor.
  cli: {
    words: [],
    terminal: ['words'],
    setup: ['doctor', 'terminal', 'words'],
    doctor: ['terminal', 'words'],
    status: ['terminal'],
    conformance: ['terminal'],
    verbs: ['conformance', 'doctor', 'setup', 'status', 'terminal'],
  },
  actions: {
    // Any action's report becomes a section of the comment on the pull request.
    comment: [],
    // Any action's start and end become messages.
    notify: [],
    // What serves at the end of a release or a rollback, for GitHub's linked artifacts.
    linked: [],
    // Any action's failure is explained by the log of its service.
    logs: ['login'],
    login: [],
    auth: ['login'],
    // How the actions that change something try beforehand what they need.
    preflight: ['login'],
    // Registries of models, and what of a release follows them.
    model: ['login'],
    // The log of a container that did not start follows the rule of `logs` about what is shown.
    deploy: ['login', 'logs', 'model', 'preflight'],
    guard: ['login'],
    gateway: ['login'],
    posture: ['login'],
    drill: ['login'],
    // Files alone: no login and no client of Google Cloud.
    check: [],
    doctor: ['auth', 'login', 'preflight', 'smoke-test', 'watch'],
    'smoke-test': ['login'],
    watch: ['login', 'smoke-test'],
    // A gateway that a release has left over goes back with the traffic.
    rollback: ['gateway', 'linked', 'login', 'model', 'notify', 'preflight', 'watch'],
    // The images of the smoke test are the load.
    capacity: ['login', 'rollback', 'smoke-test'],
    slo: ['login', 'watch'],
    release: [
      'linked',
      'login',
      'deploy',
      'gateway',
      'model',
      'notify',
      'preflight',
      'rollback',
      'smoke-test',
      'watch',
    ],
    // The log of a failed task follows the rule of `logs` about what is shown.
    pipeline: ['login', 'logs'],
  },
  steps: {
    ports: [],
    deploy: ['ports', 'traffic'],
    guard: ['ports'],
    gateway: ['ports'],
    // The row about callers is the guard's own verdict.
    posture: ['guard', 'ports'],
    drill: ['ports'],
    check: ['ports'],
    comment: ['ports'],
    notify: ['ports'],
    logs: ['ports'],
    pipeline: ['ports'],
    login: ['ports'],
    setup: ['ports'],
    preflight: ['ports'],
    doctor: ['ports', 'preflight'],
    slo: ['ports'],
    smoke: ['ports'],
    traffic: ['ports'],
    budget: ['ports'],
    // The images and the requests are those of the smoke test.
    capacity: ['ports', 'smoke', 'traffic'],
    status: ['ports'],
    watch: ['ports', 'traffic'],
    rollback: ['ports', 'traffic'],
    conformance: ['ports'],
    // The alias of a model follows the traffic.
    model: ['ports'],
    release: ['model', 'ports', 'traffic', 'watch'],
    // Several regions: each is a release of its own, and here they wait for each other.
    waves: ['ports', 'release', 'watch'],
  },
  domain: {
    findings: [],
    text: [],
    errors: ['findings'],
    // Which proxy a URL is reached through; the basis of a verdict names it.
    proxy: ['text'],
    basis: ['findings', 'proxy'],
    // Rows that explain failures after the login: cause, repair and command.
    causes: ['data', 'errors', 'image'],
    // The types of every capability's evidence meet here, so no capability may import the report.
    report: [
      ...[
        'alerting',
        'alerts',
        'basis',
        'budget',
        'capacity',
        'check',
        'deploy',
        'doctor',
        'drill',
        'errors',
        'exposure',
        'findings',
        'freeze',
        'gateway',
        'login',
        'logs',
        'model',
        'posture',
        'pipeline',
        'preflight',
      ],
      ...['release', 'rollback', 'smoke', 'text', 'watch', 'waves'],
    ],
    invocation: ['data'],
    ocr: ['data'],
    evidence: [],
    source: ['data'],
    data: [],
    // A YAML document as a tree with places.
    yaml: [],
    // Container images: their names, manifests, and why one cannot be deployed.
    image: ['data'],
    // What we believe about Google Cloud, what settles it, and what a run has seen.
    conformance: ['data', 'text'],
    // IAM's expression language, for the conditions of bindings and of login providers.
    cel: [],
    // The comment on a pull request: its sections, and how they fit into one text.
    comment: ['data', 'findings', 'text'],
    inputs: ['capacity', 'data', 'drill', 'report', 'smoke'],
    // What a program of the user's is asked to count, and what it answers.
    counts: [],
    // What the log of a service says about a failure, and what of it may be shown.
    logs: ['data', 'text'],
    // Compiled pipelines, their jobs, and what a job has to have done.
    pipeline: ['data', 'findings', 'logs', 'text'],
    // GitHub's linked artifacts: what serves where, by its digest.
    linked: ['image'],
    // Webhooks, and what each kind of them takes.
    notify: ['data', 'report', 'text'],
    // Files of a repository. Conditions, suites, objectives, runtimes and time limits are judged by the code that a release uses.
    check: [
      ...['data', 'deploy', 'findings', 'gateway', 'login', 'release', 'slo', 'smoke', 'source', 'text'],
      ...['waves', 'yaml'],
    ],
    // Alerts and dashboards from the objectives. The rule of the burn rate is the watch's own.
    alerting: ['data', 'slo', 'text', 'watch'],
    budget: ['evidence', 'findings', 'slo', 'text'],
    // Which configuration is the cheapest that keeps an objective. The price list is that of the conformance command.
    capacity: ['conformance', 'data', 'deploy', 'findings', 'invocation', 'traffic'],
    // Alerts that are open before a release.
    alerts: ['data', 'findings', 'text'],
    // Times in which nothing is released.
    freeze: ['data', 'findings'],
    deploy: ['data', 'image', 'model', 'source', 'text'],
    // Which model a revision carries.
    model: ['data'],
    exposure: ['cel', 'data', 'findings', 'gateway', 'invocation', 'yaml'],
    // What a gateway would make of an OpenAPI document.
    gateway: ['data', 'findings', 'yaml'],
    // The state of every protection. What the guard knows is the guard's.
    posture: ['causes', 'data', 'drill', 'exposure', 'findings', 'source', 'text'],
    // How data is protected, and what a restore of it has shown.
    // The load of a second region is judged by the file of `capacity`.
    drill: ['capacity', 'causes', 'data', 'deploy', 'findings', 'text'],
    login: ['cel', 'data', 'errors', 'findings', 'invocation'],
    // What later stages need: one table of checks for every action.
    // What a drill needs of a bucket is asked by the drill, and granted by init.
    preflight: ['causes', 'data', 'deploy', 'drill', 'findings', 'image', 'login', 'text'],
    // What `init` makes: its roles come from the table of checks of the preflight.
    setup: ['data', 'deploy', 'login', 'preflight'],
    release: ['budget', 'data', 'evidence', 'findings', 'model', 'traffic', 'watch'],
    rollback: ['model', 'traffic', 'watch'],
    // What a person asks before a release. It judges what others have read.
    doctor: ['data', 'deploy', 'findings', 'image', 'preflight', 'text'],
    // What serves now, for a person: what `status` shows.
    status: ['deploy', 'text', 'traffic'],
    traffic: ['data', 'findings', 'model', 'text'],
    slo: ['data'],
    smoke: ['data', 'findings', 'invocation', 'model', 'ocr', 'text'],
    watch: ['evidence', 'findings', 'slo', 'text'],
    // Several regions of one release: their waves, and their evidence as one.
    waves: ['data', 'evidence', 'findings'],
    summary: '*',
  },
  // One room for each kind of deployment. Only the registry beside them knows them all.
  targets: {
    // What the drivers that build source share.
    source: [],
    function: ['source'],
    // What the drivers of Cloud Run services share.
    run: [],
    'run-function': ['run', 'source'],
    'run-image': ['run'],
  },
  gcp: {
    alerts: ['exposure'],
    // Backend services of a load balancer, for an exercise of a failover.
    balancer: [],
    conformance: ['source'],
    doctor: ['exposure'],
    exposure: [],
    functions: [],
    gateway: [],
    login: [],
    monitoring: [],
    logs: [],
    posture: ['exposure'],
    pipeline: [],
    // What is held on the bucket of a model.
    preflight: ['exposure', 'storage'],
    registry: [],
    run: [],
    setup: ['exposure'],
    // Buckets and objects, for a drill.
    storage: [],
    source: [],
  },
  // Models of Vertex AI and of MLflow lie in Cloud Storage.
  models: { file: [], gs: [], mlflow: ['gs'], vertex: ['gs'] },
  // `auto` falls back from one source to another. `minutes` is what systems that count by the minute have in common. Any other source
  // imports `minutes` and `quota` at most, so a new one needs no line here.
  sli: {
    auto: ['logs', 'metrics', 'quota'],
    // Weeks of what the code logs are read as a metric.
    logs: ['metrics', 'quota'],
    quota: [],
    minutes: ['quota'],
  },
};

/** Subfolders of a large room, each with the subfolders of that room that it may import. */
const subfolders: Record<string, Record<string, readonly string[]>> = {
  'src/domain/exposure': {
    policy: [],
    conditions: ['policy'],
    ways: ['policy'],
    doubts: ['policy', 'ways'],
  },
  'src/domain/login': { doctor: [], failure: ['doctor'] },
};

/** The rooms of the sandbox, each with the rooms that it may import. The files in sandbox/ itself join them. */
const sandboxRooms: Record<string, readonly string[]> = {
  core: [],
  revisions: [],
  identity: ['core'],
  projects: ['core'],
  logs: ['core'],
  // SLOs, alert policies and dashboards of Cloud Monitoring.
  alerting: ['core', 'logs'],
  github: ['core', 'identity'],
  registry: ['core', 'revisions'],
  // Identity-Aware Proxy: its API, and what it does with a request.
  iap: ['core'],
  run: ['core', 'iap', 'logs', 'revisions', 'secrets'],
  // Load balancers and security policies of Compute Engine.
  compute: ['core', 'iap', 'revisions', 'run'],
  storage: ['core'],
  'run-deploy': ['core', 'projects', 'registry', 'revisions', 'run', 'storage'],
  'run-api': ['core', 'projects', 'run', 'run-deploy'],
  secrets: ['core'],
  functions: ['core', 'projects', 'revisions', 'run', 'secrets', 'storage'],
  load: ['core', 'functions', 'identity', 'run'],
  fronts: ['core', 'functions', 'run', 'storage'],
  gateway: ['core'],
  // Vertex AI: its pipelines.
  vertex: ['core', 'logs'],
  // Scans, signatures, keys, perimeters, budgets and channels.
  guardrails: ['core'],
  proxy: ['core'],
  // Monitoring systems outside of Google Cloud.
  monitors: ['core', 'identity', 'logs'],
};

const layerOf = (file: string) => file.split('/')[1] as string;
/** Undefined for a file in the folder of its layer. Every room of the layer may use such a file. */
const roomOf = (file: string) => (file.split('/').length > 3 ? (file.split('/')[2] as string) : undefined);
const sources = files('src');
const graphOf = (names: readonly string[]) =>
  new Map(
    names.map((file) => [
      file,
      imports(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => target(file, name)),
    ]),
  );
const graph = graphOf(sources);
const sandboxGraph = graphOf(files('sandbox'));

/** Every file of src that an action's own file leads to. */
const modulesLoadedBy = (action: string, options: { lazy: boolean }): string[] =>
  modulesFrom([`src/actions/${action}/${action}.ts`], options);

describe('imports', () => {
  test('every relative import names a file that exists, with its ending', () => {
    const broken = [...graph].flatMap(([file, names]) =>
      names.filter((name) => !existsSync(join(root, name))).map((name) => `${file} -> ${name}`),
    );
    expect(broken).toEqual([]);
  });

  test('arrows run one way', () => {
    const wrong = [...graph].flatMap(([file, names]) =>
      file === 'src/index.ts'
        ? []
        : names
            .filter((name) => !name.startsWith('src/') || !layers[layerOf(file)]?.includes(layerOf(name)))
            .map((name) => `${file} -> ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('inside a layer a room imports only the rooms that are listed for it', () => {
    const wrong = [...graph].flatMap(([file, names]) => {
      const from = roomOf(file);
      const listed = rooms[layerOf(file)];
      if (!listed || from === undefined) return [];
      const may = listed[from] ?? (layerOf(file) === 'sli' ? ['minutes', 'quota'] : undefined);
      if (may === undefined) return [`${file}: its room is not in the list`];
      return names
        .filter((name) => layerOf(name) === layerOf(file) && roomOf(name) !== undefined)
        .filter((name) => roomOf(name) !== from && may !== '*' && !may.includes(roomOf(name) as string))
        .map((name) => `${file} -> ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  test.each(Object.entries(subfolders))('%s: a subfolder imports only those listed for it', (room, may) => {
    const folderOf = (file: string) =>
      file.startsWith(`${room}/`)
        ? file
            .slice(room.length + 1)
            .split('/')
            .at(-2)
        : undefined;
    const wrong = [...graph].flatMap(([file, names]) => {
      const from = folderOf(file);
      if (from === undefined) return [];
      return names
        .filter((name) => ![undefined, from, ...(may[from] ?? [])].includes(folderOf(name)))
        .map((name) => `${file} -> ${name}`);
    });
    expect(wrong).toEqual([]);
    expect(Object.keys(may).sort()).toEqual(
      [...new Set([...graph.keys()].flatMap((file) => folderOf(file) ?? []))].sort(),
    );
  });

  test('what counts requests elsewhere than at Google is named in its room and in the registry alone', () => {
    const rooms = readdirSync(join(root, 'src/sli'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const elsewhere = rooms
      .map(({ name }) => name)
      .filter((name) => existsSync(join(root, `src/sli/${name}/definition.ts`)))
      .filter(
        (name) => !/^ {2}ofGoogle:/m.test(readFileSync(join(root, `src/sli/${name}/definition.ts`), 'utf8')),
      );
    expect(elsewhere).toContain('prometheus');
    const wrong = sources
      .filter((file) => layerOf(file) !== 'sli')
      .filter((file) =>
        elsewhere.some((name) =>
          new RegExp(
            `\\b(?:source|name|asked)\\b\\s*[!=]==\\s*'${name}'|\\bsources\\.${name}\\b|from '[^']*/sli/${name}/`,
          ).test(readFileSync(join(root, file), 'utf8')),
        ),
      );
    expect(wrong).toEqual([]);
  });

  test('adapters reach the steps through ports alone', () => {
    const wrong = [...graph].flatMap(([file, names]) =>
      ['targets', 'gcp', 'sli', 'models', 'http', 'github', 'git'].includes(layerOf(file))
        ? names
            .filter(
              (name) =>
                layerOf(name) === 'steps' && !/^src\/steps\/(ports\/.*|[\w-]+\/ports)\.ts$/.test(name),
            )
            .map((name) => `${file} -> ${name}`)
        : [],
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    ['rollback', /\/release\//],
    ['watch', /\/(guard|exposure)\//],
  ])('%s loads no module of another capability: %s', (action, foreign) => {
    expect(modulesLoadedBy(action, { lazy: true }).filter((file) => foreign.test(file))).toEqual([]);
  });

  test('in the sandbox a room imports only the rooms that are listed for it', () => {
    const wrong = [...sandboxGraph].flatMap(([file, names]) => {
      const room = (name: string) => (name.split('/').length > 2 ? (name.split('/')[1] as string) : '');
      const from = room(file);
      if (from === '') return [];
      const may = sandboxRooms[from];
      if (may === undefined) return [`${file}: its room is not in the list`];
      return names
        .filter((name) => room(name) !== from && !may.includes(room(name)))
        .map((name) => `${file} -> ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  test.each(['watch', 'rollback'])(
    '%s starts without a schema, a YAML parser or a client library',
    (action) => {
      const packages = modulesLoadedBy(action, { lazy: false }).flatMap((file) =>
        loads(file, { lazy: false }).filter((name) => !/^(\.|node:)/.test(name)),
      );
      expect(packages).toEqual([]);
    },
  );

  test('the table of inputs, which every action loads, brings no package', () => {
    const packages = modulesFrom(['src/inputs/table.ts'], { lazy: false }).flatMap((file) =>
      loads(file, { lazy: false }).filter((name) => !/^(\.|node:)/.test(name)),
    );
    expect(packages).toEqual([]);
  });

  test.each(['src', 'sandbox', 'scripts'])('there is no circle in %s', (folder) => {
    const graph = graphOf([...files(folder), ...files(folder, '.mjs')]);
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of graph.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  test('no script loads jest, which only its own runner can load', () => {
    const seen = new Set<string>();
    const wrong: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (seen.has(file)) return;
      seen.add(file);
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, specifier = ''] of text.matchAll(/^(?:import|export)(?! type\b)[^;]*?from '([^']+)'/gm)) {
        if (specifier.startsWith('@jest/')) wrong.push([...path, file].join(' -> '));
        else if (specifier.startsWith('.')) visit(target(file, specifier), [...path, file]);
      }
    };
    for (const file of [...files('scripts'), ...files('scripts', '.mjs')]) visit(file, []);
    expect(seen.has('test/support/release-world.ts')).toBe(true);
    expect(wrong).toEqual([]);
  });

  test('the domain is pure: no module of Node, no clock, no environment, nothing asynchronous', () => {
    const impure = files('src/domain').flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const found = text.match(
        /from 'node:|\bprocess\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\basync\b|\bawait\b|\bPromise\b/g,
      );
      return found ? [`${file}: ${[...new Set(found)].join(', ')}`] : [];
    });
    expect(impure).toEqual([]);
  });

  test('only the runner, the actions, the entry of the command line and the one agent of http read the environment or the toolkit', () => {
    const wrong = sources.filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const agent = file === 'src/http/agents.ts' || file === 'src/cli/main.ts';
      return (
        !['actions', 'runner'].includes(layerOf(file)) &&
        (/@actions\/core/.test(text) || (/process\.env/.test(text) && !agent))
      );
    });
    expect(wrong).toEqual([]);
  });

  test('the sandbox and the actions share no code', () => {
    const shared = [
      ...files('sandbox').flatMap((file) =>
        imports(file)
          .filter((name) => name.startsWith('.') && !target(file, name).startsWith('sandbox/'))
          .map((name) => `${file} -> ${name}`),
      ),
      ...sources.flatMap((file) =>
        imports(file)
          .filter((name) => /(^|\/)sandbox\//.test(name))
          .map((name) => `${file} -> ${name}`),
      ),
    ];
    expect(shared).toEqual([]);
  });
});

describe('actions', () => {
  const definitions = ['action.yml', ...files('actions', 'action.yml')].filter((file) =>
    existsSync(join(root, file)),
  );
  const names = [
    ...['auth', 'check', 'deploy', 'doctor', 'gateway', 'guard', 'pipeline', 'rollback', 'slo', 'smoke-test'],
    'watch',
  ];

  test('each action has its definition and its README, the root action too', () => {
    expect(existsSync(join(root, 'action.yml'))).toBe(true);
    for (const name of names) {
      expect([
        name,
        existsSync(join(root, 'actions', name, 'action.yml')),
        existsSync(join(root, 'actions', name, 'README.md')),
      ]).toEqual([name, true, true]);
    }
  });

  test.each(definitions)('%s: node24, branding, existing entry, described inputs and outputs', (file) => {
    const action = parse(readFileSync(join(root, file), 'utf8'));
    // A composite action runs the others; test/composites.test.ts looks at its steps.
    if (action.runs.using !== 'composite') expect(action.runs.using).toBe('node24');
    for (const script of [action.runs.main, action.runs.post].filter(Boolean))
      expect(existsSync(join(root, dirname(file), script))).toBe(true);
    expect(action.branding).toEqual({ icon: expect.any(String), color: expect.any(String) });
    for (const [name, part] of Object.entries({ ...action.inputs, ...action.outputs }) as [
      string,
      { description?: string },
    ][]) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect([name, (part.description ?? '').length > 10]).toEqual([name, true]);
    }
    for (const output of ['verdict', 'outcome', 'reason', 'report'])
      expect(Object.keys(action.outputs)).toContain(output);
  });
});
