import { Client } from '../sandbox/support/client.ts';
import type { ReleaseWorld } from './release-world.ts';
import { inputsBy } from './world-driver.ts';

/** A person who deploys the same service with gcloud, which keeps the labels that it finds. */
export class Colleague {
  readonly #world: ReleaseWorld;
  readonly #client: Client;

  constructor(world: ReleaseWorld) {
    this.#world = world;
    this.#client = new Client(world.sandbox);
  }

  latestOf = async (name: string) => (await this.#world.service(name))?.latestCreatedRevision;

  /** Deploys, and then gives all traffic to the latest revision. Returns the name of the revision. */
  async takesOver(name: string, source = this.#world.good()): Promise<string> {
    const revision = await this.deploys(name, source);
    await this.#world.setTraffic(name, [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }]);
    while ((await this.#world.service(name))?.settled !== true) await this.#world.clock.sleep(200);
    return revision;
  }

  /** Deploys without a change of traffic. Returns the name of the revision. */
  async deploys(name: string, source = this.#world.good()): Promise<string> {
    if (this.#world.driver === 'function') await this.#byFunctionsApi(name);
    else await this.#byKnative(name, source);
    return String(await this.latestOf(name));
  }

  async #byFunctionsApi(name: string): Promise<void> {
    const client = this.#client;
    const path = `/v2/${client.parent}/functions/${name}`;
    const { labels } = (await client.api('cloudfunctions', 'GET', path)).body;
    const responses = [{ status: 200, body: { text: 'theirs' } }];
    const storageSource = await client.upload({ 'sandbox.json': JSON.stringify({ responses }) });
    const body = {
      buildConfig: { runtime: 'nodejs24', entryPoint: 'ocr', source: { storageSource } },
      labels: { ...labels, 'deployment-tool': 'cli-gcloud' },
    };
    const mask = 'build_config.entry_point,build_config.runtime,build_config.source,labels';
    const begun = await client.api('cloudfunctions', 'PATCH', `${path}?updateMask=${mask}`, body);
    const ended = await client.wait('cloudfunctions', begun.body.name as string);
    if (ended.error) throw new Error(JSON.stringify(ended.error));
  }

  async #byKnative(name: string, source: string): Promise<void> {
    const world = this.#world;
    const { image } = inputsBy('run-image', world.sandbox, { source_dir: source });
    const path = `/apis/serving.knative.dev/v1/namespaces/${world.sandbox.project}/services/${name}`;
    const before = await this.latestOf(name);
    const { body } = await this.#client.api('run', 'GET', path);
    body.spec.template.metadata.name = undefined;
    body.spec.template.spec.containers[0].image = image;
    const put = await this.#client.api('run', 'PUT', path, body);
    if (put.status !== 200) throw new Error(put.text);
    while ((await this.latestOf(name)) === before) await world.clock.sleep(100);
  }
}
