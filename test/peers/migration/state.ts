import type { Sandbox } from '../../../sandbox/index.ts';
import { Client, type Json } from '../../sandbox/support/client.ts';

/** What users and administrators can tell of a service: every setting of Cloud Run's own, and who may call it. */
export interface State {
  service: Json;
  policy: Json;
  /** Names of revisions, so that a new one is seen. */
  revisions: string[];
}

/** Fields that change with every write, whatever it writes. */
const moving =
  /^(etag|generation|observedGeneration|updateTime|lastModifier|creator|conditions|terminalCondition|latest\w+Revision|reconciling|client\w*|traffic\w*|deleteTime)$/;

const byName = (a: Json, b: Json) => (String(a.name) < String(b.name) ? -1 : 1);

/** A copy without what moves, what is empty, and what this project leaves: two labels and an annotation. Variables are sorted. */
export function still(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.map((one) => still(one as Json));
    return (
      items.some((one) => typeof one === 'object' && ('valueSource' in one || 'value' in one))
        ? items.sort(byName)
        : items
    ) as Json;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !moving.test(name) && !/^backstay[-/]/.test(name))
      .map(([name, inner]) => [name, still(inner as Json)])
      .filter(([, inner]) => !['{}', '[]'].includes(JSON.stringify(inner))),
  );
}

export async function stateOf(sandbox: Sandbox, name: string): Promise<State> {
  const client = new Client(sandbox);
  const path = `/v2/${client.parent}/services/${name}`;
  const read = async (more: string) => {
    const answer = await client.api('run', 'GET', path + more);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body;
  };
  const { revisions } = await read('/revisions');
  return {
    service: still(await read('')),
    policy: still(await read(':getIamPolicy')),
    revisions: (revisions as { name: string }[]).map((revision) => revision.name).sort(),
  };
}
