import { stringify } from 'yaml';
import { attributeMapping } from '../admission.ts';
import { describe } from '../describe.ts';
import type { SetupPlan, SetupRow } from '../plan.ts';
import type { Resource } from '../resource.ts';

const words = { '+': 'create', '~': 'change', '=': 'keep', '!': 'unknown', '-': 'remove' } as const;

/** The plan as data, for another tool or for a review: what has to be there, and what would happen to it. */
export const planData = (plan: SetupPlan) =>
  plan.map((row) => ({
    what: describe(row.resource),
    action: words[row.sign],
    ...(row.held === undefined ? {} : { held: row.held }),
    ...(row.observed.state === 'unreadable'
      ? { missing_permission: row.observed.permission ?? null, detail: row.observed.detail }
      : {}),
    ...(row.changes.length === 0 ? {} : { changes: changesOf(row) }),
    ...resourceData(row.resource),
  }));

const changesOf = ({ resource, changes }: SetupRow) =>
  resource.kind === 'file' ? [{ field: 'content' }] : changes.map((change) => ({ ...change }));

function resourceData(resource: Resource): object {
  const { kind, ...fields } = resource;
  return { kind, ...fields, ...(resource.kind === 'provider' ? { mapping: attributeMapping } : {}) };
}

export const yamlText = (plan: SetupPlan): string =>
  stringify({ resources: planData(plan) }, { lineWidth: 0, aliasDuplicateObjects: false });
