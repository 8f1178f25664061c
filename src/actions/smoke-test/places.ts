import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { filePrefix } from '../../domain/product.ts';
import type { Environment } from '../../inputs/reader.ts';

/** A way of starting a program so that it cannot look into the processes of the job. */
export interface Place {
  method: 'namespace' | 'user';
  /** How the message names it if it does not work. */
  name: string;
  /** Program and arguments that start the rest of the command line in this place. */
  argv: string[];
  /** The user that Node itself changes to, if there is no program for it. */
  ids?: { uid: number; gid: number };
}

/** Hides each folder and each file that is named before `--` from the program that follows, in this namespace only. */
const hide = `
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mount -t tmpfs -o mode=1777,size=64m private "$1" || exit 126
  elif [ -e "$1" ]; then mount --bind /dev/null "$1" || exit 126
  fi
  shift
done
shift
mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys
exec "$@"`;

const namespace = ['unshare', '--pid', '--mount', '--fork', '--kill-child', '--mount-proc'];
const noPrivileges = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];

/** Files of the job that hold tokens, or that later steps execute, as far as their places are known. */
function hidden(env: Environment, folder: string): string[] {
  const temp = env.RUNNER_TEMP;
  const inTemp = temp
    ? list(temp).filter(
        (name) =>
          /^(_runner_file_commands$|gha-creds-|git-credentials-)/.test(name) || name.startsWith(filePrefix),
      )
    : [];
  const found = [
    ...inTemp.map((name) => join(temp ?? '', name)),
    ...(temp ? [join(dirname(temp), '_actions')] : []),
    ...(env.GITHUB_WORKSPACE ? [join(env.GITHUB_WORKSPACE, '.git', 'config')] : []),
    ...[env.GITHUB_OUTPUT, env.GITHUB_ENV, env.GITHUB_PATH, env.GITHUB_STATE, env.GITHUB_STEP_SUMMARY],
    ...[
      env.GOOGLE_GHA_CREDS_PATH,
      env.GOOGLE_APPLICATION_CREDENTIALS,
      env.CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE,
    ],
    '/var/run/docker.sock',
    '/run/docker.sock',
  ];
  const paths = found.filter((path): path is string => path?.startsWith('/') === true && existsSync(path));
  return [...new Set(paths)].filter((path) => folder !== path && !folder.startsWith(path + sep));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The ways to isolate a program that starts in `folder`, the best first. The caller tries them in this order. */
export function placesFor(env: Environment, folder: string): Place[] {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  if (process.platform !== 'linux' || uid === undefined || gid === undefined) return [];
  const masks = ['/bin/sh', '-c', hide, 'sh', ...hidden(env, folder), '--'];
  const as = (id: { uid: number; gid: number }) => [
    'setpriv',
    `--reuid=${id.uid}`,
    `--regid=${id.gid}`,
    '--clear-groups',
    ...noPrivileges,
    '--',
  ];
  if (uid !== 0)
    return [
      {
        method: 'namespace',
        name: 'a namespace of this user',
        argv: [
          ...namespace,
          '--user',
          '--map-root-user',
          '--',
          ...masks,
          'unshare',
          '--user',
          `--map-user=${uid}`,
          `--map-group=${gid}`,
          '--',
          'setpriv',
          '--no-new-privs',
          '--',
        ],
      },
      {
        method: 'namespace',
        name: 'a namespace made with sudo',
        argv: ['sudo', '-n', '--', ...namespace, '--', ...masks, ...as({ uid, gid })],
      },
    ];
  // The workspace of a container job belongs to the user of the runner, while its processes are those of root.
  const owner = ownerOf(folder);
  const other = owner && owner.uid !== 0 ? owner : { uid: 65534, gid: 65534 };
  const asOther: Place[] = [
    { method: 'user', name: `the user ${other.uid}`, argv: as(other) },
    { method: 'user', name: `the user ${other.uid}, without setpriv`, argv: [], ids: other },
  ];
  const inside = other === owner ? other : { uid, gid };
  return [
    { method: 'namespace', name: 'a namespace', argv: [...namespace, '--', ...masks, ...as(inside)] },
    ...asOther,
  ];
}

function ownerOf(folder: string): { uid: number; gid: number } | undefined {
  try {
    const { uid, gid } = statSync(folder);
    return { uid, gid };
  } catch {
    return undefined;
  }
}
