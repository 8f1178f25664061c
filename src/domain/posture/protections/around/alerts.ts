import { type JsonObject, listOf, objectOf, textMapOf, textOrEmpty, textsOf } from '../../../data/json.ts';
import { shellWord } from '../../../exposure/commands.ts';
import { repository, slug } from '../../../product.ts';
import type { PostureFacts } from '../../facts.ts';
import { serviceShort } from '../../read-service.ts';
import { absent, type Hole, type Judged, type Protection, unread, withHoles } from '../../row.ts';

const conditionText = (condition: JsonObject): string =>
  [
    objectOf(condition.conditionThreshold).filter,
    objectOf(condition.conditionAbsent).filter,
    objectOf(condition.conditionMatchedLog).filter,
    objectOf(condition.conditionPrometheusQueryLanguage).query,
    objectOf(condition.conditionMonitoringQueryLanguage).query,
  ]
    .map(textOrEmpty)
    .join(' ');

/** Is a policy about this service, or about all services of the project? */
function concerns(policy: JsonObject, names: readonly string[], region: string): boolean {
  const conditions = listOf(policy.conditions).map((one) => conditionText(objectOf(one)));
  // What a filter leaves out, it is not about.
  const text = conditions.join(' ').replace(/[\w.]+\s*!=~?\s*\\?"[^"]*"/g, ' ');
  const leftOut = names.some(
    (name) => conditions.join(' ').includes(`!="${name}"`) || conditions.join(' ').includes(`!= "${name}"`),
  );
  if (leftOut) return false;
  // A filter about another region, or about services by a function of the filter language, is not about every service.
  const places = [...text.matchAll(/\blocation\\?"?\s*=~?\s*\\?"([^"\\]*)/g)].map(([, place = '']) => place);
  if (places.length > 0 && !places.some((place) => place === region || !/^[a-z0-9-]+$/.test(place)))
    return false;
  const named = /(service_name|function_name)\\?"?\s*(=+~?|:)\s*(\\?"|\w)/.test(text);
  const ours = names.some((name) => new RegExp(`["/:]${name.replace(/[^\w-]/g, '')}["/:)]`).test(text));
  if (ours) return true;
  const begins = [...text.matchAll(/\b(starts_with|ends_with|has_substring)\(\s*"([^"]*)"/g)];
  if (
    named &&
    begins.some(([, how, part = '']) =>
      names.some((name) =>
        how === 'starts_with'
          ? name.startsWith(part)
          : how === 'ends_with'
            ? name.endsWith(part)
            : name.includes(part),
      ),
    )
  )
    return true;
  if (!named && /cloud_run_revision|cloud_function|run\.googleapis\.com|run_googleapis_com/.test(text))
    return true;
  const own = Object.keys(textMapOf(policy.userLabels)).some((key) => key.startsWith(`${slug}`));
  return own && names.some((name) => textOrEmpty(policy.displayName).startsWith(`${name}: `));
}

const title = (policy: JsonObject): string => textOrEmpty(policy.displayName) || textOrEmpty(policy.name);

export const isLive = ({ enabled, verificationStatus }: JsonObject): boolean =>
  enabled !== false && verificationStatus !== 'UNVERIFIED';

/** With the repository: npx takes a bare name from a registry, where another package may have it. */
function makeAlerts(facts: PostureFacts): string {
  const { project, region } = facts.exposure.target;
  const [channel] = facts.channels.ok
    ? facts.channels.value.filter(isLive).map(({ name }) => textOrEmpty(name))
    : [];
  const place = `--project ${shellWord(project)} --region ${shellWord(region)} --name ${shellWord(serviceShort(facts))}`;
  const told = channel ? ` --notification-channels ${shellWord(channel)}` : '';
  return `npx --yes github:${repository} slo --system cloud-monitoring --mode apply ${place}${told}`;
}

/** Why nobody learns of an alert of this policy. Undefined if somebody does. */
function silent(
  policy: JsonObject,
  channels: ReadonlyMap<string, JsonObject> | undefined,
): string | undefined {
  if (policy.enabled === false) return 'it is switched off';
  const wanted = textsOf(policy.notificationChannels);
  if (wanted.length === 0) return 'it has no notification channel';
  if (!channels) return undefined;
  const known = wanted.map((name) => channels.get(name)).filter((one) => one !== undefined);
  if (known.length === 0) return 'its notification channels do not exist any more';
  const live = known.filter(isLive);
  return live.length === 0 ? 'its notification channels are switched off or unverified' : undefined;
}

function judge(facts: PostureFacts): Judged {
  const { alerts, channels, exposure } = facts;
  if (!alerts.ok && alerts.cause !== 'api-off') return unread('The alert policies were', alerts);
  const names = [...new Set([serviceShort(facts), exposure.target.name])];
  const found = alerts.ok
    ? alerts.value.filter((policy) => concerns(policy, names, exposure.target.region))
    : [];
  if (found.length === 0)
    return absent('No alert policy is about this service.', alerts.call, {
      about: ['none'],
      text: 'Nobody is told when the service fails.',
      severity: 'medium',
      fix: 'Make the alerts from the objectives that also gate the release, and name who is told with --notification-channels:',
      commands: [makeAlerts(facts)],
    });
  const byName = channels.ok ? new Map(channels.value.map((one) => [textOrEmpty(one.name), one])) : undefined;
  const told = found.filter((policy) => silent(policy, byName) === undefined);
  if (told.length > 0) {
    if (!channels.ok) return unread('The notification channels were', channels);
    return withHoles(
      `${told.length} of ${found.length} alert policies about the service tell somebody.`,
      alerts.call,
      [],
    );
  }
  const holes = found.slice(0, 5).map(
    (policy): Hole => ({
      about: ['silent', textOrEmpty(policy.name)],
      text: `The alert policy "${title(policy).slice(0, 100)}" tells nobody: ${silent(policy, byName)}.`,
      severity: 'high',
      fix: 'Switch it on, and give it a notification channel that reaches a person.',
      call: channels.call,
    }),
  );
  return withHoles(
    `${found.length} alert ${found.length === 1 ? 'policy is' : 'policies are'} about the service.`,
    alerts.call,
    holes,
  );
}

export const alerts: Protection = { id: 'posture-alerts', title: 'Alerts that page somebody', judge };
