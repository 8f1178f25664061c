import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultBook } from './faults.ts';
import { createKey, type SigningKey } from './keys.ts';
import { PublicNames } from './names.ts';
import { PolicyStore } from './policies.ts';
import { RoleBook } from './roles.ts';
import { TokenStore } from './tokens.ts';
import { defaultQuirks, type Quirks, type RequestRecord, type SandboxOptions } from './types.ts';

/** What `PATCH /settings` can change while the sandbox runs. Names that end in Ms are milliseconds. */
export interface Settings {
  logLagMs: number;
  metricLagMs: number;
  buildMs: number;
  /** The longest time that a container may take until it listens, if its start-up probe allows more. */
  startTimeoutMs: number;
  trafficSettleMs: number;
  iamPropagationMs: number;
  /** Added to the machine's clock, so that a test can make tokens expire without waiting. */
  clockOffsetMs: number;
  sampleReachability: boolean;
  /** False: the project has no billing account, so the APIs that cost something refuse every call. */
  billingEnabled: boolean;
}

/** A permission that some call depended on, and who asked for it. */
export interface AccessCheck {
  member: string;
  permission: string;
  /** Full resource name, with the id of the project. */
  resource: string;
}

/** The fields of an iam/v2 DenyPolicy that decide. */
export interface DenyPolicy {
  name: string;
  displayName?: string;
  etag: string;
  rules: {
    denyRule: {
      deniedPrincipals: string[];
      exceptionPrincipals?: string[];
      deniedPermissions: string[];
      exceptionPermissions?: string[];
      denialCondition?: { expression: string };
    };
  }[];
}

/**
 * Everything that the sandbox's APIs share. Other rooms keep their own state with `extension`, show it with `views`, and
 * clean up with `onStop`.
 */
export interface World {
  readonly project: string;
  readonly projectNumber: string;
  readonly region: string;
  readonly folderId: string;
  readonly organizationId: string;
  readonly settings: Settings;
  readonly quirks: Quirks;
  /** Folder for uploads and extracted sources. */
  readonly folder: string;
  /** True if the sandbox made the folder and must remove it. */
  readonly ownsFolder: boolean;
  /** Milliseconds since the epoch, with the offset of the settings. */
  now(): number;
  /** Base URL by API name. Filled while the servers start. */
  readonly urls: Map<string, string>;
  /** The names under which the servers are known if the sandbox stands behind its proxy. */
  readonly names: PublicNames | undefined;
  readonly requests: RequestRecord[];
  record(request: RequestRecord): void;
  /** Every access check that decided about a call, in order. A test reads from it what a run really needs. */
  readonly accessChecks: AccessCheck[];
  noteAccess(check: AccessCheck): void;
  /** Reports a bug of the sandbox itself: on standard error and in GET /state. */
  problem(text: string): void;
  readonly problems: string[];
  readonly faults: FaultBook;
  readonly tokens: TokenStore;
  readonly policies: PolicyStore;
  readonly denyPolicies: Map<string, DenyPolicy[]>;
  readonly roles: RoleBook;
  /** The APIs that are switched off, such as `run.googleapis.com`. */
  readonly disabledServices: Set<string>;
  /** Google's key, which signs the ID tokens of service accounts. */
  readonly googleKey: SigningKey;
  /** Returns the e-mail of the service account with this unique id. The identity room sets it. */
  accountEmail(uniqueId: string): string | undefined;
  /** The state of another room: created by the first call, and the same object in every later one. */
  extension<T>(name: string, create: () => T): T;
  /** What other rooms add to GET /state, by name. */
  readonly views: Map<string, () => unknown>;
  /** Called when the sandbox stops, the newest first. */
  readonly onStop: (() => void | Promise<void>)[];
}

const maxRecords = 50_000;

/** Adds to a list and forgets its oldest entries beyond the limit. */
function keep<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > maxRecords) list.splice(0, list.length - maxRecords);
}

export function createWorld(options: SandboxOptions): World {
  const settings: Settings = {
    logLagMs: options.logLagMs ?? 2000,
    metricLagMs: options.metricLagMs ?? 180_000,
    buildMs: options.buildMs ?? 300,
    startTimeoutMs: 240_000,
    trafficSettleMs: options.trafficSettleMs ?? 50,
    iamPropagationMs: options.iamPropagationMs ?? 0,
    clockOffsetMs: 0,
    sampleReachability: options.sampleReachability ?? false,
    billingEnabled: true,
  };
  const now = () => Date.now() + settings.clockOffsetMs;
  const extensions = new Map<string, unknown>();
  const requests: RequestRecord[] = [];
  const accessChecks: AccessCheck[] = [];
  const problems: string[] = [];
  return {
    project: options.project ?? 'sandbox-project',
    projectNumber: options.projectNumber ?? '123456789012',
    region: options.region ?? 'us-central1',
    folderId: '345678901234',
    organizationId: '567890123456',
    settings,
    quirks: { ...defaultQuirks, ...options.quirks },
    folder: options.folder ?? mkdtempSync(join(tmpdir(), 'bs-sandbox-')),
    ownsFolder: options.folder === undefined,
    now,
    urls: new Map(),
    names: options.proxy && new PublicNames(),
    requests,
    record: (request) => keep(requests, request),
    accessChecks,
    noteAccess: (check) => keep(accessChecks, check),
    problem(text) {
      problems.push(text);
      process.stderr.write(`sandbox: ${text}\n`);
    },
    problems,
    faults: new FaultBook(),
    tokens: new TokenStore(now),
    policies: new PolicyStore(now, () => settings.iamPropagationMs),
    denyPolicies: new Map(),
    roles: new RoleBook(),
    disabledServices: new Set(),
    googleKey: createKey(),
    accountEmail: () => undefined,
    extension<T>(name: string, create: () => T): T {
      if (!extensions.has(name)) extensions.set(name, create());
      return extensions.get(name) as T;
    },
    views: new Map(),
    onStop: [],
  };
}
