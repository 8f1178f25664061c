import { z } from 'zod';
import { apiVersion, description, dnsLabel, duration, metadata } from './schema-parts.ts';

/** Documents of OpenSLO v1 that a release does not use. They must be valid, because others read the same file. */

const alertCondition = z.strictObject({
  severity: z.string().min(1),
  condition: z.strictObject({
    kind: z.literal('burnrate'),
    op: z.enum(['lte', 'gte', 'lt', 'gt']),
    threshold: z.number(),
    lookbackWindow: duration,
    alertAfter: duration.optional(),
  }),
  description,
});

const notificationTarget = z.strictObject({ target: z.string().min(1), description });

/** An object inside another one: by reference, or written out. */
const inside = (reference: string, kind: string, spec: z.ZodType) =>
  z.union([
    z.strictObject({ [reference]: dnsLabel }),
    z.strictObject({ kind: z.literal(kind), metadata, spec }),
  ]);

const alertPolicy = z.strictObject({
  description,
  alertWhenNoData: z.boolean().optional(),
  alertWhenBreaching: z.boolean().optional(),
  alertWhenResolved: z.boolean().optional(),
  conditions: z.array(inside('conditionRef', 'AlertCondition', alertCondition)).length(1),
  notificationTargets: z.array(inside('targetRef', 'AlertNotificationTarget', notificationTarget)).min(1),
});

/** The alert policies of an SLO. */
export const alertPolicies = z
  .array(inside('alertPolicyRef', 'AlertPolicy', alertPolicy))
  .optional()
  .describe('A release does not use them.');

const documentOf = (kind: string, spec: z.ZodType) =>
  z.strictObject({ apiVersion, kind: z.literal(kind), metadata, spec });

export const otherDocuments: Readonly<Record<string, z.ZodType>> = {
  Service: documentOf('Service', z.strictObject({ description }).optional()),
  DataSource: documentOf(
    'DataSource',
    z.strictObject({
      description,
      type: z.string().min(1),
      connectionDetails: z.unknown().refine((value) => value !== undefined, 'is missing'),
    }),
  ),
  AlertPolicy: documentOf('AlertPolicy', alertPolicy),
  AlertCondition: documentOf('AlertCondition', alertCondition),
  AlertNotificationTarget: documentOf('AlertNotificationTarget', notificationTarget),
};
