import { broken, denied, read, secretOf, serviceOf } from '../../../support/posture-facts.ts';
import { type Case, casesOf } from './case.ts';

const life = casesOf('posture-secret-life-cycle');
const plain = casesOf('posture-plain-secrets');
const upload = casesOf('posture-upload');
const source = casesOf('posture-source');

const of = (change: Parameters<typeof secretOf>[0]) => ({ secrets: [secretOf(change)] });
const at = (version: string, kind: 'variable' | 'volume' = 'variable') => ({
  uses: [{ at: kind === 'variable' ? 'API_KEY' : 'keys/api', kind, version }],
});
const versions = (...states: string[]) => ({
  versions: read(
    states.map((state, index) => ({
      name: `projects/1/secrets/api-key/versions/${states.length - index}`,
      state,
      createTime: '2026-10-01T00:00:00Z',
    })),
    'GET versions',
  ),
});
const secret = (change: object) => ({
  secret: read({ name: 'projects/1/secrets/api-key', versionDestroyTtl: '604800s', ...change }, 'GET secret'),
});
const variables = (...env: [string, string][]) => ({
  service: read(serviceOf({}, { env: env.map(([name, value]) => ({ name, value })) }), 'GET run/v2/s'),
});

export const secretCases: Case[] = [
  life('named, enabled, rotated', 'present', of({})),
  life('latest in a variable', 'bypassable', of(at('latest')), {
    says: /follows the latest version/,
    severity: 'medium',
  }),
  life('latest in a volume is read at each access', 'present', of(at('latest', 'volume'))),
  life('a version that is disabled', 'bypassable', of(at('2')), {
    says: /version 2 .* disabled/,
    severity: 'high',
  }),
  life('a version that is destroyed', 'bypassable', of(at('1')), { says: /destroyed/, severity: 'high' }),
  life('a version that never was', 'bypassable', of(at('9')), { says: /does not exist/, severity: 'high' }),
  life(
    'an alias',
    'present',
    of({
      ...at('prod'),
      ...secret({ versionAliases: { prod: '3' }, rotation: { nextRotationTime: '2027-01-01T00:00:00Z' } }),
    }),
  ),
  life(
    'an alias of a dead version',
    'bypassable',
    of({ ...at('prod'), ...secret({ versionAliases: { prod: '1' } }) }),
    { says: /destroyed/ },
  ),
  life(
    'a rotation that did not happen',
    'bypassable',
    of(secret({ rotation: { nextRotationTime: '2026-09-01T00:00:00Z' } })),
    { says: /was due on 2026-09-01/, severity: 'medium' },
  ),
  life(
    'never changed',
    'bypassable',
    of({
      ...secret({}),
      versions: read(
        [
          {
            name: 'projects/1/secrets/api-key/versions/3',
            state: 'ENABLED',
            createTime: '2024-01-01T00:00:00Z',
          },
        ],
        'GET versions',
      ),
    }),
    { says: /has not changed for 1064 days/, severity: 'low' },
  ),
  life('it expires', 'bypassable', of(secret({ expireTime: '2026-12-05T00:00:00Z' })), {
    says: /deletes itself on 2026-12-05/,
    severity: 'high',
  }),
  life('old versions are enabled', 'bypassable', of({ ...versions('ENABLED', 'ENABLED', 'ENABLED') }), {
    says: /2 older versions/,
    severity: 'low',
  }),
  life('nothing but a missing delay', 'present', of(secret({ versionDestroyTtl: undefined }))),
  life(
    'the versions may not be read',
    'unknown',
    of({ versions: denied('GET versions', 'secretmanager.versions.list') }),
    { permission: 'secretmanager.versions.list' },
  ),
  life('no secret', 'not applicable', {}),

  plain('none', 'present', variables(['LANGUAGE', 'kor'], ['PROJECT_ID', 'my-project'])),
  plain('a password', 'absent', variables(['DB_PASSWORD', 'correct-horse']), {
    says: /DB_PASSWORD/,
    severity: 'high',
  }),
  plain(
    'an address with a password',
    'absent',
    variables(['DATABASE_URL', 'postgres://ocr:correct-horse@10.0.0.3/ocr']),
  ),
  plain(
    'a build variable',
    'absent',
    {
      function: read(
        { name: 'f', buildConfig: { environmentVariables: { NPM_TOKEN: 'npm_0123456789' } } },
        'GET f',
      ),
    },
    { says: /build variable/ },
  ),
  plain(
    'a name of a secret is none',
    'present',
    variables(['API_KEY', 'projects/1/secrets/api-key'], ['SECRET_NAME', 'api-key']),
  ),
  plain(
    'the template was mended, and the revision that serves was not',
    'absent',
    {
      serving: read(
        { name: 'r', containers: [{ env: [{ name: 'DB_PASSWORD', value: 'correct-horse' }] }] },
        'GET run/v2/r',
      ),
    },
    { says: /DB_PASSWORD/, severity: 'high' },
  ),
  plain(
    'the revision that serves may not be read',
    'unknown',
    { serving: denied('GET run/v2/r', 'run.revisions.get') },
    { permission: 'run.revisions.get' },
  ),
  plain(
    'the service may not be read',
    'unknown',
    { service: denied('GET run/v2/s', 'run.services.get') },
    { permission: 'run.services.get' },
  ),
  plain('a first generation', 'unknown', { service: undefined }),
  plain('nothing is deployed', 'not applicable', { service: undefined, guard: { more: { exists: false } } }),

  upload('source alone', 'present', {}),
  upload(
    'an .env',
    'absent',
    { upload: read(['main.py', 'config/.env'], 'POST f') },
    { says: /config\/\.env/, severity: 'high' },
  ),
  upload('an example of an .env', 'present', { upload: read(['.env.example'], 'POST f') }),
  upload(
    'credentials of an earlier step',
    'absent',
    { upload: read(['gha-creds-0123.json'], 'POST f') },
    { says: /mints tokens/ },
  ),
  upload('the history of the repository', 'absent', { upload: read(['.git/config'], 'POST f') }),
  upload(
    'may not be read',
    'unknown',
    { upload: denied('POST f', 'cloudfunctions.functions.sourceCodeGet') },
    { permission: 'cloudfunctions.functions.sourceCodeGet' },
  ),
  upload('damaged', 'unknown', { upload: broken('POST f') }),
  upload('an image', 'not applicable', { upload: undefined }),

  source('closed', 'present', {
    guard: {
      bindings: {
        source: [
          { role: 'roles/storage.objectViewer', members: ['serviceAccount:b@p-one.iam.gserviceaccount.com'] },
        ],
      },
    },
  }),
  source(
    'everyone reads it',
    'absent',
    { guard: { bindings: { source: [{ role: 'roles/storage.objectViewer', members: ['allUsers'] }] } } },
    { severity: 'critical' },
  ),
  source(
    'may not be read',
    'unknown',
    { guard: { unread: { images: denied('GET ar', 'artifactregistry.repositories.getIamPolicy') } } },
    { permission: 'artifactregistry.repositories.getIamPolicy' },
  ),
  source('none', 'not applicable', {}),
];
