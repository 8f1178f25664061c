// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are references of other tools.
import { describe, expect, test } from '@jest/globals';
import { secretInConfig } from '../../../../src/domain/source/secrets/files.ts';
import { credentialsIn } from '../../../../src/domain/source/secrets/json.ts';
import { isPlaceholder } from '../../../../src/domain/source/secrets/placeholder.ts';

describe('configuration files with a secret', () => {
  test.each([
    [
      '.npmrc',
      '@acme:registry=https://npm.pkg.github.com\n//npm.pkg.github.com/:_authToken=ghp_EXAMPLEexampleEXAMPLEexampleEXAMPLE0',
    ],
    ['lib/.npmrc', '_auth = dXNlcjpwYXNz'],
    ['.npmrc', '//reg.acme.dev/:username=ci\n//reg.acme.dev/:_password="aHVudGVyMg=="'],
    ['.npmrc', 'registry=https://ci:hunter2@npm.acme.dev/'],
    ['.yarnrc.yml', 'npmScopes:\n  acme:\n    npmAuthToken: "abc123"'],
    ['.yarnrc', '"//reg.acme.dev/:_authToken" "abc123"'],
    ['bunfig.toml', '[install]\nregistry = { url = "https://r", token = "abc123" }'],
    ['.netrc', 'machine github.com login ci password hunter2'],
    ['_netrc', 'machine github.com\n\tlogin ci\n\tpassword hunter2\n'],
    ['.pypirc', '[pypi]\nusername = __token__\npassword = pypi-AgEIcHlwaS5vcmc'],
    [
      '.aws/credentials',
      '[default]\naws_access_key_id=AKIA\naws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ],
    ['credentials', '[default]\naws_session_token = abc'],
    ['.kube/config', 'users:\n- name: me\n  user:\n    token: eyJhbGciOi'],
    ['kubeconfig.yaml', 'users:\n- user:\n    client-key-data: TUlJRXBB\n'],
    ['requirements.txt', '--extra-index-url https://ci:hunter2@pypi.acme.dev/simple\nfoo==1'],
    ['pip.conf', '[global]\nindex-url = https://ci:hunter2@pypi.acme.dev/simple'],
    ['package.json', '{"dependencies":{"x":"git+https://ci:hunter2@github.com/acme/x.git"}}'],
    ['nuget.config', '<add key="ClearTextPassword" value="hunter2" />'],
    ['settings.xml', '<server><password>hunter2</password></server>'],
    ['gradle.properties', 'nexusPassword=hunter2'],
    ['.my.cnf', '[client]\npassword=hunter2'],
    ['.cargo/credentials.toml', '[registry]\ntoken = "abc"'],
    ['.terraformrc', 'credentials "app.terraform.io" {\n  token = "abc.atlasv1"\n}'],
    ['.gem/credentials', '---\n:rubygems_api_key: rubygems_abc'],
    ['.streamlit/secrets.toml', 'db_user = "me"'],
    ['.s3cfg', 'secret_key = abc'],
    ['rclone.conf', '[x]\npass = abc'],
  ])('%s: %j', (path, text) => {
    expect(secretInConfig(path, text)).toBeDefined();
  });
});

describe('ordinary files', () => {
  test.each([
    ['.npmrc', '//npm.pkg.github.com/:_authToken=${NPM_TOKEN}\nengine-strict=true\n# //r/:_authToken=old'],
    ['.npmrc', '//us-npm.pkg.dev/acme/r/:always-auth=true\nsave-exact = true'],
    ['.yarnrc.yml', 'npmAuthToken: "${NPM_TOKEN:-}"\nnodeLinker: node-modules'],
    ['.netrc', 'machine github.com login ci password $TOKEN'],
    ['.pypirc', '[pypi]\nusername = __token__\npassword = <your token>'],
    [
      '.kube/config',
      'clusters:\n- cluster:\n    server: https://1.2.3.4\nusers:\n- user:\n    exec:\n      command: gke-gcloud-auth-plugin',
    ],
    [
      'requirements.txt',
      'pkg @ git+https://${TOKEN}@github.com/acme/pkg\n--index-url https://${USER}:${PASS}@pypi.acme.dev/\nfoo @ https://host:8080/foo.whl',
    ],
    ['package.json', '{"name":"x","repository":"git+ssh://git@github.com/acme/x.git","author":"a:b@c"}'],
    [
      'package-lock.json',
      '{"packages":{"node_modules/a":{"resolved":"https://registry.npmjs.org/a/-/a-1.0.0.tgz","integrity":"sha512-aaaa=="}}}',
    ],
    ['settings.xml', '<server><password>${env.MAVEN_PASSWORD}</password></server>'],
    ['gradle.properties', 'org.gradle.jvmargs=-Xmx2g\nversion=1.0'],
    ['docs/credentials.md', 'aws_secret_access_key = put it in the environment'],
    ['src/token.ts', 'const token = "abc"'],
    ['tests/test_password.py', 'password = "hunter2"'],
  ])('%s: %j', (path, text) => {
    expect(secretInConfig(path, text)).toBeUndefined();
  });

  test.each([
    { name: 'x', type: 'module', version: '1.0.0' },
    { type: 'service_account', project_id: 'x' },
    { type: 'external_account', credential_source: { file: '/var/run/token' } },
    { auths: { 'gcr.io': {} }, credHelpers: { 'gcr.io': 'gcloud' } },
    { project_info: { project_id: 'x' }, client: [{ api_key: [{ current_key: 'AIzaSyA' }] }] },
    { kind: 'Config', users: [{ user: { exec: { command: 'gke-gcloud-auth-plugin' } } }] },
    { web: { client_id: 'x' } },
    { openapi: '3.1.0', components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } } },
    { kind: 'Service', auth: { email: 'x' } },
    { keys: [{ kty: 'RSA', n: 'x'.repeat(342), e: 'AQAB', kid: '1' }] },
    { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
    {},
  ])('JSON %#', (json) => {
    expect(credentialsIn(json)).toBeUndefined();
  });
});

test.each([
  [{ auths: { 'ghcr.io': { auth: 'dXNlcjpwYXNz' } } }, 'container registry'],
  [{ 'https://index.docker.io/v1/': { auth: 'dXNlcjpwYXNz', email: 'a@b.c' } }, 'container registry'],
  [{ kind: 'Config', users: [{ user: { token: 'ya29.abc' } }] }, 'Kubernetes'],
  [
    { kind: 'Config', users: [{ user: { 'auth-provider': { config: { 'access-token': 'ya29' } } } }] },
    'Kubernetes',
  ],
  [{ web: { client_id: 'x', client_secret: 'GOCSPX-abc' } }, 'OAuth'],
  [{ 'github-oauth': { 'github.com': 'abc' } }, 'Composer'],
  [{ 'http-basic': { 'repo.acme.dev': { username: 'x', password: 'y1' } } }, 'Composer'],
  [{ type: 'impersonated_service_account', source_credentials: { refresh_token: '1//x' } }, 'person'],
  [{ type: 'external_account_authorized_user', refresh_token: '1//x' }, 'person'],
  [{ kty: 'RSA', n: 'x', e: 'AQAB', d: 'x'.repeat(300) }, 'JWK'],
  [
    {
      keys: [
        { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
        { kty: 'OKP', x: 'x', d: 'd'.repeat(43) },
      ],
    },
    'JWK',
  ],
  [{ kty: 'oct', k: 'x'.repeat(43) }, 'JWK'],
])('credentials in JSON %#', (json, text) => {
  expect(credentialsIn(json)).toContain(text);
});

test.each([
  '',
  '${A}',
  '$A',
  '<token>',
  'xxxx',
  '***',
  'changeme',
  'your-token',
  '{{ token }}',
  '%TOKEN%',
  '"${A}"',
])('%j stands for a secret', (value) => {
  expect(isPlaceholder(value)).toBe(true);
});
test.each(['x', 'hunter2', 'ghp_EXAMPLEexample', 'abc123', 'pa$$word'])('%j may be a secret', (value) => {
  expect(isPlaceholder(value)).toBe(false);
});
