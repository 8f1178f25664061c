import { invalidArgument } from '../core/errors.ts';
import type { Service } from '../run/model.ts';
import { checkTraffic } from '../run/traffic.ts';

export type Body = Record<string, unknown>;

/** Namespaces that v2 refuses in labels and annotations (service.proto). */
const reserved =
  /^(?:[\w-]+\.)*(?:run\.googleapis\.com|cloud\.googleapis\.com|serving\.knative\.dev|autoscaling\.knative\.dev)\//;

function checkMap(value: unknown, field: string): Record<string, string> {
  const map = (value ?? {}) as Record<string, string>;
  const bad = Object.keys(map).find((key) => reserved.test(key));
  if (bad) throw invalidArgument(`${field}: the key '${bad}' is in a reserved namespace.`);
  const size = Object.entries(map).reduce(
    (sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text),
    0,
  );
  if (field === 'annotations' && size > 256 * 1024)
    throw invalidArgument('annotations: more than 256 KiB in all.');
  return map;
}

/** `coming` is the name of the revision that the same change makes. */
type Field = (service: Service, value: unknown, coming?: string) => () => void;

/** The fields that change no revision. Each function checks its value and returns the change, so no PATCH is half applied. */
export const plainFields: Record<string, Field> = {
  traffic: (service, value, coming) => {
    const targets = checkTraffic(service, value, coming);
    return () => {
      service.traffic = targets;
    };
  },
  annotations: (service, value) => {
    const map = checkMap(value, 'annotations');
    return () => {
      service.annotations = map;
    };
  },
  labels: (service, value) => {
    const map = checkMap(value, 'labels');
    return () => {
      service.labels = map;
    };
  },
  ingress: (service, value) => () => {
    service.ingress =
      !value || value === 'INGRESS_TRAFFIC_UNSPECIFIED' ? 'INGRESS_TRAFFIC_ALL' : String(value);
  },
  invokerIamDisabled: (service, value) => () => {
    service.invokerIamDisabled = value === true;
  },
  defaultUriDisabled: (service, value) => () => {
    service.defaultUriDisabled = value === true;
  },
  iapEnabled: (service, value) => () => {
    service.iapEnabled = value === true;
  },
  customAudiences: (service, value) => () => {
    service.customAudiences = ((value ?? []) as string[]).slice();
  },
  scaling: (service, value) => () => {
    service.scaling = { ...((value ?? {}) as Record<string, unknown>) };
  },
  description: (service, value) => () => {
    service.description = String(value ?? '');
  },
  client: (service, value) => () => {
    service.client = String(value ?? '');
  },
  clientVersion: (service, value) => () => {
    service.clientVersion = String(value ?? '');
  },
  launchStage: (service, value) => () => {
    service.launchStage = value === undefined ? undefined : String(value);
  },
  binaryAuthorization: (service, value) => () => {
    service.binaryAuthorization = value as Body | undefined;
  },
};

/** Fields whose keys are the user's. Google does not document whether a mask may name one. The sandbox refuses it, so that no client relies on it. */
const maps = new Set(['annotations', 'labels', 'environmentVariables']);

export function refuseKeys(path: readonly string[]): void {
  const at = path.findIndex((segment) => maps.has(segment));
  if (at >= 0 && at < path.length - 1)
    throw invalidArgument(`Invalid field mask path '${path.join('.')}': maps are replaced whole.`);
}

/** A copy of the message in which one path has the value of the body, or none if the body has none. */
export function withPath(message: Body, body: Body, [head = '', ...rest]: readonly string[]): Body {
  const { [head]: old, ...others } = message;
  const value = body[head];
  if (rest.length === 0) return value === undefined ? others : { ...others, [head]: structuredClone(value) };
  const inner = withPath((old ?? {}) as Body, (value ?? {}) as Body, rest);
  return Object.keys(inner).length > 0 ? { ...others, [head]: inner } : others;
}
