import {
  isObject,
  type JsonObject,
  listOf,
  objectOf,
  textOf,
  textOrEmpty,
  textsOf,
} from '../../../data/json.ts';
import { shellWord } from '../../../exposure/commands.ts';
import type { PostureFacts } from '../../facts.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unread,
  withHoles,
} from '../../row.ts';
import { isLive } from './alerts.ts';

/** Does a budget count what this project spends now? A budget without projects counts those of the whole account. */
function covers(
  budget: JsonObject,
  { target: { project }, projectNumber: number, ancestry }: PostureFacts['exposure'],
  now: number,
): boolean {
  const filter = objectOf(budget.budgetFilter);
  // A period of its own ends once, and then nobody counts any more.
  const { endDate } = objectOf(filter.customPeriod);
  const { year, month, day } = objectOf(endDate);
  if (isObject(endDate) && Date.UTC(Number(year), Number(month) - 1, Number(day) + 1) < now) return false;
  const above = textsOf(filter.resourceAncestors);
  const ours = ancestry.ok ? ancestry.value.map(({ type, id }) => `${type}s/${id}`) : [];
  if (above.length > 0 && !above.some((one) => ours.includes(one))) return false;
  const projects = textsOf(filter.projects);
  const services = textsOf(filter.services);
  const narrow = services.length > 0 || Object.keys(objectOf(filter.labels)).length > 0;
  return (
    !narrow &&
    (projects.length === 0 ||
      projects.includes(`projects/${project}`) ||
      (number !== undefined && projects.includes(`projects/${number}`)))
  );
}

/** Why a budget tells nobody, and which part of it is to blame. */
interface Silence {
  why: string;
  part: 'threshold' | 'recipient';
}

function silent(budget: JsonObject): Silence | undefined {
  const rules = listOf(budget.thresholdRules);
  if (rules.length === 0) return { why: 'it has no threshold', part: 'threshold' };
  const least = Math.min(...rules.map((rule) => Number(objectOf(rule).thresholdPercent ?? 0)));
  if (least > 1.5)
    return { why: `its first threshold is ${Math.round(least * 100)} % of the amount`, part: 'threshold' };
  const told = objectOf(budget.notificationsRule);
  const someone =
    told.disableDefaultIamRecipients !== true ||
    told.enableProjectLevelRecipients === true ||
    textsOf(told.monitoringNotificationChannels).length > 0 ||
    textOf(told.pubsubTopic) !== undefined;
  return someone
    ? undefined
    : { why: 'its default recipients are switched off, and it names nobody else', part: 'recipient' };
}

/** The smallest repair of a silent budget. gcloud cannot switch the default recipients on again, so another recipient is named. */
function repair(
  budget: JsonObject,
  { part }: Silence,
  { channels }: PostureFacts,
): Pick<Hole, 'fix' | 'commands'> {
  const update = `gcloud billing budgets update ${shellWord(textOrEmpty(budget.name))}`;
  if (part === 'threshold')
    return { fix: 'Add a threshold:', commands: [`${update} --add-threshold-rule=percent=0.9`] };
  // A budget tells channels of the kind email alone.
  const found = channels.ok ? channels.value.filter((one) => isLive(one) && one.type === 'email') : [];
  const channel = textOf(found[0]?.name);
  return channel
    ? {
        fix: 'Name a notification channel that reaches somebody:',
        commands: [`${update} --notifications-rule-monitoring-notification-channels=${shellWord(channel)}`],
      }
    : {
        fix: 'Make a notification channel of the kind email, and name it by gcloud billing budgets update with --notifications-rule-monitoring-notification-channels; or switch the default recipients on in the billing console.',
      };
}

function judge(facts: PostureFacts): Judged {
  const { billing, budgets, exposure, now } = facts;
  if (!billing.ok) return unread('The billing account was', billing);
  const account = textOf(billing.value.billingAccountName);
  if (billing.value.billingEnabled !== true || account === undefined)
    return notApplicable('The project has no billing account.', billing.call);
  if (!budgets)
    return unread('The budgets were', {
      ok: false,
      call: billing.call,
      cause: 'failed',
      detail: 'nothing asked for them',
    });
  if (!budgets.ok) return unread('The budgets were', budgets);
  const { project } = exposure.target;
  const found = budgets.value.filter((one) => covers(one, exposure, now));
  if (found.length === 0)
    return absent('No budget counts what this project spends.', budgets.call, {
      about: ['none'],
      text: 'A loop or a flood of requests is noticed with the invoice.',
      severity: 'low',
      fix: 'Choose an amount that no ordinary month reaches:',
      commands: [
        `gcloud billing budgets create --billing-account=${shellWord(account.replace(/^billingAccounts\//, ''))} --display-name=${shellWord(project)} --filter-projects=${shellWord(`projects/${project}`)} --budget-amount=100 --threshold-rule=percent=0.9`,
      ],
    });
  if (found.some((one) => silent(one) === undefined))
    return withHoles(
      `The budget "${textOrEmpty(found.find((one) => silent(one) === undefined)?.displayName)}" tells somebody.`,
      budgets.call,
      [],
    );
  const { call } = budgets;
  const holes = found.slice(0, 3).flatMap((one): Hole[] => {
    const silence = silent(one);
    if (silence === undefined) return [];
    const text = `The budget "${textOrEmpty(one.displayName).slice(0, 100)}" tells nobody: ${silence.why}.`;
    const about = ['silent', textOrEmpty(one.name)];
    return [{ about, text, severity: 'low', ...repair(one, silence, facts), call }];
  });
  return withHoles(
    `${found.length} ${found.length === 1 ? 'budget counts' : 'budgets count'} what this project spends.`,
    budgets.call,
    holes,
  );
}

export const budget: Protection = { id: 'posture-budget', title: 'Budget alerts', judge };
