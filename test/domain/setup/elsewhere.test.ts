import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { standardRelease } from '../../../scripts/docs/tables/standard-release.ts';
import { jobMinutes } from '../../../src/domain/release/longest.ts';
import { desired } from '../../../src/domain/setup/desired.ts';
import { parseRepository, repositoryPattern, tokenVariables } from '../../../src/domain/setup/github-host.ts';
import { absent } from '../../../src/domain/setup/observed.ts';
import { planOf, toWrite } from '../../../src/domain/setup/plan.ts';
import { gcloudLines } from '../../../src/domain/setup/print/gcloud.ts';
import { terraformText } from '../../../src/domain/setup/print/terraform.ts';
import { setupFiles } from '../../../src/domain/setup/workflow-files.ts';
import { fileFacts, setupWish } from '../../support/setup-wish.ts';

/** A repository on another GitHub than github.com: an Enterprise Server, or an enterprise with data residency. */

const root = join(import.meta.dirname, '../../..');
const resources = desired(setupWish());
const leave = { takeOver: false, overwriteFiles: false };
const nothing = () => absent;

describe('the name of a repository', () => {
  test.each([
    ['acme/ocr', 'github.example.com', 'acme/ocr'],
    ['GHES.example.com/acme/ocr', 'ghes.example.com', 'acme/ocr'],
    ['ghes.example.com:8443/acme/ocr', 'ghes.example.com:8443', 'acme/ocr'],
  ])('%s as gh takes it', (text, host, repository) => {
    expect(text).toMatch(repositoryPattern);
    expect(parseRepository(text, 'github.example.com')).toEqual({ host, repository });
  });
  test.each(['ocr', 'a/b/c', 'https://github.com/acme/ocr', 'a.b/c/d/e', '/acme/ocr'])(
    '%s is none',
    (text) => {
      expect(text).not.toMatch(repositoryPattern);
    },
  );
});

test('on a GitHub elsewhere, the jobs are their own and name the mirror alone', () => {
  const files = setupFiles({ ...fileFacts, ownJobs: true, actions: { at: 'tools/backstay', ref: 'v1.2' } });
  const [release, rollback] = files.map(({ content }) => parse(content));
  const login = {
    workload_identity_provider: `\${{ vars.WORKLOAD_IDENTITY_PROVIDER }}`,
    invoker_service_account: `\${{ vars.INVOKER_SERVICE_ACCOUNT }}`,
  };
  const where = { name: 'ocr-api', region: 'europe-west1' };
  expect(release.on.push.branches).toEqual(["a'b: c, d]"]);
  const { release: job } = release.jobs;
  expect(job).toMatchObject({
    ...{ 'runs-on': 'self-hosted', 'timeout-minutes': jobMinutes(standardRelease()) },
    environment: { name: 'prod/eu, a}', url: `\${{ steps.release.outputs.url }}` },
    permissions: { contents: 'read', 'id-token': 'write', actions: 'read' },
  });
  expect(job.steps.map(({ uses }: { uses: string }) => uses)).toEqual([
    'actions/checkout@v5',
    'tools/backstay@v1.2',
  ]);
  expect(job.steps[1].with).toEqual({
    ...{ ...login, ...where, ...fileFacts.settings, service_account: `\${{ vars.SERVICE_ACCOUNT }}` },
  });
  const { rollback: back } = rollback.jobs;
  expect(back).toMatchObject({ 'runs-on': 'self-hosted', environment: { name: 'prod/eu, a}' } });
  const { on } = parse(readFileSync(join(root, '.github/workflows/rollback.yml'), 'utf8'));
  expect(back['timeout-minutes']).toBe(on.workflow_call.inputs.timeout_minutes.default);
  expect(back.steps).toEqual([
    {
      uses: 'tools/backstay/actions/rollback@v1.2',
      with: { ...login, ...where, service_account: 'r@p.x', to: `\${{ inputs.to }}` },
    },
  ]);
});

describe('the token for a GitHub', () => {
  const ofCom = ['GH_TOKEN', 'GITHUB_TOKEN'];
  const ofServer = ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'];
  test.each<[string, string | undefined, string[]]>([
    ['github.com', undefined, ofCom],
    ['acme.ghe.com', undefined, ofCom],
    ['github.example.com', undefined, ofServer],
    ['github.example.com', 'github.com', ofServer],
    ['github.example.com', 'github.example.com', [...ofServer, ...ofCom]],
  ])('%s, in a job of %s', (host, jobServer, variables) => {
    expect(tokenVariables(host, jobServer)).toEqual(variables);
  });
});

describe('what is printed for a GitHub elsewhere', () => {
  const rows = planOf(resources, nothing, leave);
  test.each([
    ['github.com', undefined, undefined],
    ['github.example.com', 'export GH_HOST=github.example.com', 'https://github.example.com/'],
    ['acme.ghe.com', 'export GH_HOST=acme.ghe.com', 'https://api.acme.ghe.com/'],
  ])('%s', (host, variable, base) => {
    const lines = gcloudLines(toWrite(rows), 'my-project', host);
    expect(lines.find((line) => line.startsWith('export '))).toBe(variable);
    expect(/base_url = "(.*)"/.exec(terraformText(rows, 'my-project', host))?.[1]).toBe(base);
  });

  test('nothing of GitHub is printed: no host either', () => {
    const cloud = toWrite(rows).filter(({ resource }) => resource.kind === 'role');
    expect(gcloudLines(cloud, 'my-project', 'github.example.com').join('\n')).not.toContain('GH_HOST');
  });
});
