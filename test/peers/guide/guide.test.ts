import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { gatewayState } from '../../../sandbox/gateway/state.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { blocks, read } from '../../docs/pages.ts';
import { until } from '../../support/hold-call.ts';
import { ownerToken } from '../clients/gcloud.ts';
import { WarmGcloud } from '../repairs/warm-gcloud.ts';

/** What docs/understand/guide.md says about commands that were "tried" is what gcloud does on the sandbox. */

const page = 'docs/understand/guide.md';
const withGcloud = WarmGcloud.isHere() ? test : test.skip;
jest.setTimeout(300_000);

let sandbox: Sandbox;
let home: string;
let gcloud: WarmGcloud | undefined;
beforeAll(async () => {
  sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0, iamPropagationMs: 0 });
  home = mkdtempSync(join(tmpdir(), 'bs-guide-'));
  const token = join(home, 'owner-token');
  writeFileSync(token, await ownerToken(sandbox));
  mkdirSync(join(home, 'src'));
  for (const [file, text] of Object.entries({
    'main.py': 'def ocr(request): ...\n',
    'requirements.txt': '',
    'package.json': '{}',
    'sandbox.json': '{"responses":[{"status":200,"body":{"ok":true}}]}',
  }))
    writeFileSync(join(home, 'src', file), text);
  if (WarmGcloud.isHere())
    gcloud = await WarmGcloud.start({ ...sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token });
});
afterAll(async () => {
  await gcloud?.stop();
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The lines of the page's blocks that call gcloud, in their order. */
const commands = blocks(page)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .filter((line) => line.startsWith('gcloud '));
const line = (words: string) => {
  const found = commands.find((command) => command.includes(words));
  if (found === undefined) throw new Error(`the page has no command with ${words}`);
  return found.replace('us-central1', sandbox.region);
};
/** What a command prints, and its complaint if it fails. */
async function run(command: string): Promise<{ output: string; error: string | undefined }> {
  const whole = command.includes(' deploy ') ? `${command} --source=src --entry-point=ocr` : command;
  const ended = await (gcloud as WarmGcloud).paste(whole, home);
  return { output: ended.output, error: ended.code === 0 ? undefined : ended.errors };
}

withGcloud('the runtime of the guide is refused, as the page quotes it', async () => {
  const { error } = await run(line('--runtime python39'));
  const quoted = /`(Runtime python39 [^`]+)`/.exec(read(page))?.[1] as string;
  expect(error).toContain(quoted);
});

withGcloud('the flag leaves allAuthenticatedUsers where it is, and gcloud calls that a success', async () => {
  const deploy = line('--runtime nodejs24');
  expect((await run(deploy)).error).toBeUndefined();
  const open = `gcloud run services add-iam-policy-binding ocr-api --region=${sandbox.region} --role=roles/run.invoker`;
  for (const member of ['allUsers', 'allAuthenticatedUsers'])
    expect((await run(`${open} --member=${member}`)).error).toBeUndefined();
  expect((await run(deploy)).error).toBeUndefined();
  const { output } = await run(line('get-iam-policy ocr-api'));
  expect(output).toContain('allAuthenticatedUsers');
  expect(output).not.toContain('allUsers');
});

withGcloud(
  'the filter of the first generation finds nothing and ends well; the one for Cloud Run finds requests',
  async () => {
    const { output: url } = await run(
      `gcloud functions describe ocr-api --region=${sandbox.region} --format='value(serviceConfig.uri)'`,
    );
    expect((await fetch(url.trim())).status).toBe(403);
    expect(await run(line('resource.type="cloud_function"'))).toMatchObject({ error: undefined, output: '' });
    const found = await run(line('resource.type="cloud_run_revision"'));
    expect(found.error).toBeUndefined();
    expect(found.output).toContain('httpRequest');
  },
);

withGcloud(
  'the commands for the gateway work once, look at nothing, and open a private function',
  async () => {
    sandbox.world.disabledServices.delete('apigateway.googleapis.com');
    const functionUrl = (
      await run(
        `gcloud functions describe ocr-api --region=${sandbox.region} --format='value(serviceConfig.uri)'`,
      )
    ).output.trim();
    const account = `${sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`;
    const bind = `gcloud run services add-iam-policy-binding ocr-api --region=${sandbox.region} --role=roles/run.invoker`;
    expect((await run(`${bind} --member=serviceAccount:${account}`)).error).toBeUndefined();
    const closed = await run(
      `gcloud run services remove-iam-policy-binding ocr-api --region=${sandbox.region} --role=roles/run.invoker --member=allAuthenticatedUsers`,
    );
    expect(closed.error).toBeUndefined();
    writeFileSync(
      join(home, 'openapi.yaml'),
      `swagger: '2.0'\ninfo: { title: ocr, version: '1' }\nx-google-backend: { address: '${functionUrl}' }\npaths:\n  /:\n    get: { operationId: ocr, responses: { '200': { description: ok } } }\n`,
    );
    const create = line('api-configs create');
    expect((await run(create)).error).toBeUndefined();
    const again = await run(create);
    expect(again.error).toContain('already exists');
    const { gateways } = gatewayState(sandbox.world);
    expect([...gateways.keys()]).toEqual([]);

    // The gateway that users reach is there already.
    const where = `--location=${sandbox.region} --api=ocr-api`;
    const made = await run(`gcloud api-gateway gateways create ocr-front ${where} --api-config=ocr-config`);
    expect(made.error).toBeUndefined();
    expect((await run(line('gateways update'))).error).toBeUndefined();
    const described = await run(
      `gcloud api-gateway gateways describe ocr-front --location=${sandbox.region} --format='value(apiConfig,defaultHostname)'`,
    );
    const [config = '', host = ''] = described.output.trim().split(/\s+/);
    expect(config).toMatch(/\/configs\/ocr-config$/);
    const state = await run(
      'gcloud api-gateway api-configs describe ocr-config --api=ocr-api --format=value(state)'.replace(
        'value(state)',
        "'value(state)'",
      ),
    );
    expect(state.output.trim()).toBe('ACTIVE');

    // What the page says about strangers.
    const [, atFunction, atGateway] =
      /\| a stranger without a credential \| (\d+) \| \*\*(\d+)\*\* \|/.exec(read(page)) ?? [];
    const gateway = [...gateways.values()][0];
    await until(() => gateway?.serves === config);
    expect(String((await fetch(functionUrl)).status)).toBe(atFunction);
    expect(String((await fetch(`http://${host}/`)).status)).toBe(atGateway);
  },
);

withGcloud('the commands that look for keys run', async () => {
  const account = `deployer@${sandbox.project}.iam.gserviceaccount.com`;
  const list = line('keys list').replace('deployer@my-project.iam.gserviceaccount.com', account);
  expect((await run(list)).error).toBeUndefined();
});
