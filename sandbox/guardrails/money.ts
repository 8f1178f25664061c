import { notFound } from '../core/errors.ts';
import { requirePermission } from '../core/iam.ts';
import type { MessageCheck } from '../core/messages.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Route } from '../core/types.ts';
import { accountId, guardrails, nextId } from './state.ts';

export const accountResource = `//cloudbilling.googleapis.com/billingAccounts/${accountId}`;

/** Budgets of the one billing account (billingbudgets v1). Its policy is its own: a project gives no permission on it. */
export function budgetRoutes(world: World, check: MessageCheck): Route[] {
  const pattern = '/v1/billingAccounts/:account/budgets';
  return [
    {
      method: 'GET',
      pattern,
      handle: (call, { account }) => {
        requirePermission(world, call.principal, 'billing.budgets.list', accountResource);
        if (account !== accountId) throw notFound();
        const { items, ...next } = page([...guardrails(world).budgets.values()], call, 100);
        return { status: 200, body: { ...(items.length ? { budgets: items } : {}), ...next } };
      },
    },
    {
      method: 'POST',
      pattern,
      handle: (call, { account }) => {
        const body = call.json();
        check('budgets GoogleCloudBillingBudgetsV1Budget', body, 'budget');
        requirePermission(world, call.principal, 'billing.budgets.create', accountResource);
        if (account !== accountId) throw notFound();
        const name = `billingAccounts/${account}/budgets/${nextId(world)}`;
        // A budget names projects by number, also if the request has their ids.
        const filter = (body.budgetFilter ?? {}) as { projects?: string[] };
        const projects = filter.projects?.map((one) =>
          one === `projects/${world.project}` ? `projects/${world.projectNumber}` : one,
        );
        const made = {
          notificationsRule: {},
          ...body,
          budgetFilter: { ...filter, ...(projects ? { projects } : {}) },
          name,
          etag: '"1"',
        };
        guardrails(world).budgets.set(name, made);
        return { status: 200, body: made };
      },
    },
  ];
}

/** Where alerts go (monitoring v3 NotificationChannels). */
export function channelRoutes(world: World, check: MessageCheck): Route[] {
  const pattern = '/v3/projects/:project/notificationChannels';
  const allow = (call: Parameters<Route['handle']>[0], project: string | undefined, verb: string) =>
    requirePermission(
      world,
      call.principal,
      `monitoring.notificationChannels.${verb}`,
      `//cloudresourcemanager.googleapis.com/projects/${project}`,
    );
  return [
    {
      method: 'GET',
      pattern,
      handle: (call, { project }) => {
        allow(call, project, 'list');
        const { items, ...next } = page([...guardrails(world).channels.values()], call, 1000);
        return {
          status: 200,
          body: {
            ...(items.length ? { notificationChannels: items } : {}),
            ...next,
            totalSize: guardrails(world).channels.size,
          },
        };
      },
    },
    {
      method: 'POST',
      pattern,
      handle: (call, { project }) => {
        const body = call.json();
        check('monitoring NotificationChannel', body, 'notification_channel');
        allow(call, project, 'create');
        const name = `projects/${project}/notificationChannels/${nextId(world)}`;
        const made = { enabled: true, ...body, name };
        guardrails(world).channels.set(name, made);
        return { status: 200, body: made };
      },
    },
  ];
}
