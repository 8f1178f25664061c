import { group, usedBy } from '../../domain/inputs/definition.ts';
import { choice } from '../../domain/inputs/kinds.ts';
import { sourceInputs, sourceNames, sourceSentence } from '../../sli/registry.ts';

/** Every action that counts requests can use every source. */
const counting = { release: {}, watch: {} } as const;

/** What `slo` needs besides to keep objectives in Datadog: the login, and the counts. */
function keptInDatadog() {
  const { datadog_site, datadog_api_key, datadog_app_key, datadog_token, datadog_total, datadog_bad } =
    sourceInputs;
  return { datadog_site, datadog_api_key, datadog_app_key, datadog_token, datadog_total, datadog_bad };
}

export const source = group('Source of the counts', {
  source: {
    kind: choice(sourceNames),
    sentence: `Where requests are counted: ${sourceSentence}.`,
    example: 'metrics',
    otherwise: 'the source whose inputs are set or whose counts `slo_file` names, else `auto`',
    usedBy: counting,
  },
  ...usedBy(sourceInputs, counting),
  ...usedBy(keptInDatadog(), { ...counting, slo: {} }),
});
