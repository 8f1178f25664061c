import { type JsonObject, objectOf, textMapOf, textOf, textOrEmpty } from '../data/json.ts';
import { slug } from '../product.ts';

/** An alert of Cloud Monitoring that is open, reduced to what is judged and told. */
export interface OpenAlert {
  /** `projects/P/alerts/A` */
  name: string;
  /** What its policy is called. Text of a user. */
  policy: string;
  severity: 'CRITICAL' | 'ERROR' | 'WARNING' | undefined;
  /** RFC 3339. Undefined if Google does not say. */
  openedAt: string | undefined;
  /** `this`: it is about the service. `perhaps`: it does not say which service of the project it is about. */
  about: 'this' | 'perhaps';
}

/** The service that is to be released. */
export interface AlertTarget {
  project: string;
  region: string;
  /** The short names of the service and of the function that it serves. */
  names: readonly string[];
}

/** Labels of a policy that name the service for which somebody made it. */
const namingLabels = ['service', 'service_name', 'cloud_run_service', `${slug}-service`];

/** Which label of a monitored resource names the service, and which its region. */
const namesOf: Readonly<Record<string, readonly [name: string, region: string]>> = {
  cloud_run_revision: ['service_name', 'location'],
  cloud_function: ['function_name', 'region'],
};

/**
 * Whom an alert is about. Its resource has the labels that the condition kept, so an alert on all services together names none.
 * The policy's own labels decide if the resource does not.
 */
function aboutOf(
  resource: { type: string; labels: Readonly<Record<string, string>> },
  policy: { name: string; labels: Readonly<Record<string, string>> },
  target: AlertTarget,
): OpenAlert['about'] | 'other' {
  const { type, labels } = resource;
  // The alerts of a project are those of its metrics scope, which may hold other projects.
  if (labels.project_id !== undefined && labels.project_id !== target.project) return 'other';
  const keys = namesOf[type];
  const name = keys && labels[keys[0]];
  const region = keys && labels[keys[1]];
  if (region !== undefined && region !== '' && region !== target.region) return 'other';
  if (name) return target.names.includes(name) ? 'this' : 'other';
  // A policy of actions/slo begins with the service. A burn rate has no revision whose labels it could keep.
  if (Object.keys(policy.labels).some((key) => key.startsWith(`${slug}_`)))
    return target.names.some((own) => policy.name.startsWith(`${own}: `)) ? 'this' : 'other';
  const named = namingLabels.map((key) => policy.labels[key]).filter((value) => value !== undefined);
  if (named.length > 0) return named.some((value) => target.names.includes(value)) ? 'this' : 'other';
  // A query in PromQL may keep no label at all.
  return keys || type === '' ? 'perhaps' : 'other';
}

const severities = ['CRITICAL', 'ERROR', 'WARNING'] as const;

/** The open ones among alerts that may be about the service. An alert without a state counts as open. */
export function openAlerts(alerts: readonly JsonObject[], target: AlertTarget): OpenAlert[] {
  return alerts.flatMap((alert): OpenAlert[] => {
    if (alert.state === 'CLOSED') return [];
    const resource = objectOf(alert.resource);
    const policy = objectOf(alert.policy);
    const about = aboutOf(
      { type: textOrEmpty(resource.type), labels: textMapOf(resource.labels) },
      { name: textOrEmpty(policy.displayName), labels: textMapOf(policy.userLabels) },
      target,
    );
    if (about === 'other') return [];
    return [
      {
        name: textOrEmpty(alert.name),
        policy: textOf(policy.displayName) ?? textOf(policy.name) ?? 'a policy without a name',
        severity: severities.find((severity) => severity === policy.severity),
        openedAt: textOf(alert.openTime),
        about,
      },
    ];
  });
}
