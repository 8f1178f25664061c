import { isObject, objectOf } from '../../data/json.ts';
import { parseSaved } from './saved.ts';
import type { OutsideRecord, OutsideSettings, RecordedAnswer, ServiceScaling } from './settings.ts';

/** Reads the settings in a record with suspicion: everyone who may update the service may have written them. */

const maxLabels = 64;
const maxAudiences = 100;
const maxText = 2048;

const isText = (value: unknown, max = maxText): value is string =>
  typeof value === 'string' && value.length <= max && !/[\u0000-\u001f\u007f]/.test(value);

function parseScaling(value: unknown): ServiceScaling | undefined {
  if (value === undefined) return {};
  if (!isObject(value)) return undefined;
  const scaling: ServiceScaling = {};
  for (const field of ['minInstanceCount', 'maxInstanceCount', 'manualInstanceCount'] as const) {
    const count = value[field];
    if (count === undefined) continue;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > 1e6) return undefined;
    scaling[field] = count;
  }
  const mode = value.scalingMode;
  if (mode === undefined) return scaling;
  return typeof mode === 'string' && /^[A-Z_]{1,40}$/.test(mode)
    ? { ...scaling, scalingMode: mode }
    : undefined;
}

function parseLabels(value: unknown): Record<string, string> | undefined {
  const pairs = Object.entries(objectOf(value));
  const good = pairs.every(([name, text]) => /^[^\s"'\\]{1,128}$/.test(name) && isText(text, 128));
  return pairs.length <= maxLabels && good
    ? (Object.fromEntries(pairs) as Record<string, string>)
    : undefined;
}

/** Undefined if anything is malformed. */
function parseSettings(value: unknown): OutsideSettings | undefined {
  if (!isObject(value)) return undefined;
  const { ingress, customAudiences: audiences = [], description = '' } = value;
  const scaling = parseScaling(value.scaling);
  const labels = parseLabels(value.labels);
  const goodIngress =
    ingress === undefined || (typeof ingress === 'string' && /^INGRESS_TRAFFIC_[A-Z_]{1,40}$/.test(ingress));
  if (!goodIngress || !scaling || !labels || !isText(description)) return undefined;
  if (!Array.isArray(audiences) || audiences.length > maxAudiences) return undefined;
  const customAudiences = audiences.filter((item) => isText(item));
  if (customAudiences.length !== audiences.length) return undefined;
  return {
    ingress: ingress as string | undefined,
    invokerIamDisabled: value.invokerIamDisabled === true,
    iapEnabled: value.iapEnabled === true,
    defaultUriDisabled: value.defaultUriDisabled === true,
    scaling,
    customAudiences,
    labels,
    description,
  };
}

/** Leaves out malformed settings, because traffic can be put back without them. Without `before` the rest is useless. */
export function parseOutside(value: unknown): OutsideRecord | undefined {
  if (!isObject(value)) return undefined;
  const before = parseSettings(value.before);
  const after = value.after === undefined ? undefined : parseSettings(value.after);
  // Without a readable `after`, the changes of this release are unknown.
  if (!before || (value.after !== undefined && !after)) return undefined;
  const saved = parseSaved(value.saved);
  const answer = parseAnswer(value.answer);
  return { before, ...(after ? { after } : {}), ...(saved ? { saved } : {}), ...(answer ? { answer } : {}) };
}

function parseAnswer(value: unknown): RecordedAnswer | undefined {
  const { answered, status, by } = objectOf(value);
  if (typeof answered !== 'boolean') return undefined;
  const answer: RecordedAnswer = { answered };
  if (typeof status === 'number' && Number.isInteger(status) && status >= 100 && status < 600)
    answer.status = status;
  if (typeof by === 'string' && /^[a-z]{1,20}$/.test(by)) answer.by = by;
  return answer;
}
