import type { Cost } from './prices.ts';

export type ProbeId =
  | 'reads'
  | 'accounts'
  | 'service'
  | 'create'
  | 'refused-creates'
  | 'update'
  | 'access'
  | 'calls'
  | 'latest'
  | 'failure'
  | 'detach'
  | 'logs'
  | 'storage'
  | 'login';

/** One part of a run: what it does, how long it may take, and what it costs. */
export interface Probe {
  readonly title: string;
  /** What it does to the project, for the plan. */
  readonly does: string;
  /** Probes without which it cannot work. */
  readonly after: readonly ProbeId[];
  /** Estimated seconds, for the plan. */
  readonly seconds: number;
  /** Seconds after which it is given up. */
  readonly deadline: number;
  /** What it uses that has a price. */
  readonly cost: Cost;
  /** Permissions of the identity that runs it, on the project. */
  readonly permissions: readonly string[];
}

/** In the order of a run. The create comes early, because its build takes longest. */
export const probes: Readonly<Record<ProbeId, Probe>> = {
  reads: {
    title: 'Reads of roles, policies and metrics',
    does: 'Only reads.',
    after: [],
    seconds: 5,
    deadline: 60,
    cost: {},
    permissions: [],
  },
  accounts: {
    title: 'Four throw-away service accounts',
    does: 'Creates four service accounts without a role and without a key. You get the right to act as them.',
    after: [],
    seconds: 15,
    deadline: 90,
    cost: {},
    permissions: [
      'iam.serviceAccounts.create',
      'iam.serviceAccounts.delete',
      'iam.serviceAccounts.get',
      'iam.serviceAccounts.list',
      'iam.serviceAccounts.getIamPolicy',
      'iam.serviceAccounts.setIamPolicy',
    ],
  },
  service: {
    title: "A throw-away Cloud Run service with Google's image `hello`",
    does: 'Creates a private service with internal ingress and changes its template and traffic.',
    after: ['accounts'],
    seconds: 45,
    deadline: 180,
    cost: { vcpuSeconds: 120, gibSeconds: 60 },
    permissions: [
      'run.services.create',
      'run.services.get',
      'run.services.list',
      'run.services.update',
      'run.services.delete',
      'run.services.getIamPolicy',
      'run.services.setIamPolicy',
      'run.revisions.get',
      'run.operations.get',
    ],
  },
  create: {
    title: 'A throw-away function',
    does: 'Deploys a private function with internal ingress. Its code answers a fixed text.',
    after: ['accounts'],
    seconds: 150,
    deadline: 420,
    cost: { buildMinutes: 2.5, storedGib: 0.2 },
    permissions: [
      'cloudfunctions.functions.create',
      'cloudfunctions.functions.sourceCodeSet',
      'cloudfunctions.functions.get',
      'cloudfunctions.functions.list',
      'cloudfunctions.functions.update',
      'cloudfunctions.functions.delete',
      'cloudfunctions.operations.get',
      'cloudfunctions.operations.list',
    ],
  },
  'refused-creates': {
    title: 'Three functions that Google has to refuse',
    does: 'Asks for three functions with settings that cannot work. If Google takes one, it is deleted.',
    after: ['service'],
    seconds: 5,
    deadline: 120,
    cost: {},
    permissions: [],
  },
  update: {
    title: 'An update of the function beside changed settings',
    does: "Changes traffic, annotations and settings of the function's service, deploys the function again, and looks at what is left. While the invoker check is off, ingress is closed to the internet.",
    after: ['create'],
    seconds: 120,
    deadline: 420,
    cost: { buildMinutes: 2.5, vcpuSeconds: 120, gibSeconds: 60, storedGib: 0.2 },
    permissions: [],
  },
  access: {
    title: 'What throw-away accounts may do',
    does: 'Opens ingress. Grants roles to the throw-away accounts, on the throw-away service alone.',
    after: ['update'],
    seconds: 120,
    deadline: 480,
    cost: { requests: 200 },
    permissions: [],
  },
  calls: {
    title: 'Calls of the private function',
    does: 'Calls the function with good tokens, bad tokens and none, 20 times at once, and slowly.',
    after: ['access'],
    seconds: 60,
    deadline: 180,
    cost: { vcpuSeconds: 120, gibSeconds: 120, requests: 60 },
    permissions: [],
  },
  latest: {
    title: 'An update that takes all traffic',
    does: 'Updates the function with `allTrafficOnLatestRevision: true` while a revision has a tag.',
    after: ['calls'],
    seconds: 60,
    deadline: 300,
    cost: { buildMinutes: 1 },
    permissions: [],
  },
  failure: {
    title: 'An update that cannot start',
    does: 'Deploys code that ends at once, and sends the traffic to the revision before.',
    after: ['latest'],
    seconds: 120,
    deadline: 420,
    cost: { buildMinutes: 2.5, storedGib: 0.2 },
    permissions: [],
  },
  detach: {
    title: 'Detaching the function',
    does: 'Takes the function out of Cloud Functions. Its service is deleted at the end.',
    after: ['failure'],
    seconds: 20,
    deadline: 120,
    cost: {},
    permissions: ['cloudfunctions.functions.generationUpgrade'],
  },
  logs: {
    title: 'The request log of those calls',
    does: 'Reads the log of the throw-away service, at most once in five seconds.',
    after: ['calls'],
    seconds: 30,
    deadline: 150,
    cost: {},
    permissions: ['logging.logEntries.list'],
  },
  storage: {
    title: 'A throw-away bucket with soft delete',
    does: 'Makes a private bucket, and writes, deletes and restores an object of a few bytes. What was deleted is kept for seven days.',
    after: [],
    seconds: 10,
    deadline: 90,
    cost: {},
    permissions: ['storage.buckets.create', 'storage.buckets.delete', 'storage.buckets.list'],
  },
  login: {
    title: "Exchanges of a job's token",
    does: 'Exchanges the OIDC token of this job, and four spoilt ones, with your provider.',
    after: [],
    seconds: 5,
    deadline: 60,
    cost: {},
    permissions: [],
  },
};

export const probeIds = Object.keys(probes) as ProbeId[];
