import { here } from './printed/here.ts';

const flag = (argv: readonly string[], name: string): string | undefined =>
  argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);

/** A change of a policy, as gcloud's words say it. */
export interface Grant {
  verb: 'add' | 'remove';
  /** Full name of the resource whose policy changes. */
  resource: string;
  role: string;
  member: string;
  all: boolean;
}

const kinds: readonly (readonly [
  words: string,
  resource: (name: string, argv: readonly string[]) => string,
])[] = [
  ['projects', (name) => `//cloudresourcemanager.googleapis.com/projects/${name}`],
  ['resource-manager folders', (name) => `//cloudresourcemanager.googleapis.com/folders/${name}`],
  ['organizations', (name) => `//cloudresourcemanager.googleapis.com/organizations/${name}`],
  ['iam service-accounts', (name) => `//iam.googleapis.com/projects/${here.project}/serviceAccounts/${name}`],
  ['run services', (name, argv) => `//run.googleapis.com/${place(argv)}/services/${name}`],
  ['functions', (name, argv) => `//cloudfunctions.googleapis.com/${place(argv)}/functions/${name}`],
  ['secrets', (name) => `//secretmanager.googleapis.com/projects/${here.project}/secrets/${name}`],
  [
    'kms keys',
    (name, argv) =>
      `//cloudkms.googleapis.com/${place(argv)}/keyRings/${flag(argv, 'keyring')}/cryptoKeys/${name}`,
  ],
  [
    'artifacts repositories',
    (name, argv) => `//artifactregistry.googleapis.com/${place(argv)}/repositories/${name}`,
  ],
  [
    'storage buckets',
    (name) => `//storage.googleapis.com/projects/${here.project}/buckets/${name.replace('gs://', '')}`,
  ],
];

const place = (argv: readonly string[]): string =>
  `projects/${flag(argv, 'project')}/locations/${flag(argv, 'region') ?? flag(argv, 'location')}`;

/** Undefined if the command changes no policy. */
export function grantOf(argv: readonly string[]): Grant | undefined {
  const at = argv.findIndex((word) => /^(add|remove)-iam-policy-binding$/.test(word));
  if (at < 0) return undefined;
  const group = argv.slice(0, at).join(' ');
  const name = argv[at + 1] ?? '';
  const known = kinds.find(([words]) => words === group)?.[1](name, argv);
  const iap = `//iap.googleapis.com/projects/${here.project}/iap_web/cloud_run-${flag(argv, 'region')}/services/${flag(argv, 'service')}`;
  const resource = group === 'beta iap web' ? iap : known;
  if (!resource) throw new Error(`no resource for ${argv.join(' ')}`);
  return {
    verb: (argv[at] ?? '').startsWith('add') ? 'add' : 'remove',
    resource,
    role: flag(argv, 'role') ?? '',
    member: flag(argv, 'member') ?? '',
    all: argv.includes('--all'),
  };
}
