import { pageUrl } from '../product.ts';
import type { Rule } from './rule.ts';
import { alertRules } from './rules/alerts.ts';
import { basisRules } from './rules/basis.ts';
import { budgetRules } from './rules/budget.ts';
import { capacityRules } from './rules/capacity.ts';
import { type CheckRule, checkRules } from './rules/check.ts';
import { deployRules } from './rules/deploy.ts';
import { doctorRules } from './rules/doctor.ts';
import { drillRules } from './rules/drill.ts';
import { exposureRules } from './rules/exposure.ts';
import { freezeRules } from './rules/freeze.ts';
import { gatewayRules } from './rules/gateway.ts';
import { loginRules } from './rules/login.ts';
import { modelRules } from './rules/model.ts';
import { pipelineRules } from './rules/pipeline.ts';
import { postureRules } from './rules/posture.ts';
import { preflightRules } from './rules/preflight.ts';
import { sloRules } from './rules/slo.ts';
import { smokeRules } from './rules/smoke.ts';
import { trafficRules } from './rules/traffic.ts';
import { watchRules } from './rules/watch.ts';

/** Every rule of every capability. A new capability adds a file and a line here. */
export const ruleTables = {
  exposure: exposureRules,
  login: loginRules,
  deploy: deployRules,
  traffic: trafficRules,
  smoke: smokeRules,
  watch: watchRules,
  budget: budgetRules,
  freeze: freezeRules,
  alerts: alertRules,
  basis: basisRules,
  preflight: preflightRules,
  doctor: doctorRules,
  slo: sloRules,
  gateway: gatewayRules,
  posture: postureRules,
  pipeline: pipelineRules,
  capacity: capacityRules,
  model: modelRules,
  drill: drillRules,
};

type Tables = typeof ruleTables;

export type Capability = keyof Tables;

/** Ids of all rules. A finding with any other id does not compile. */
export type RuleId = { [Name in Capability]: keyof Tables[Name] }[Capability] | CheckRule;

export const ruleCatalog: Readonly<Record<RuleId, Rule>> = {
  // The checks of files have a page of their own. `public-binding` and `gateway-open` are rules of both.
  ...checkRules,
  ...exposureRules,
  ...loginRules,
  ...deployRules,
  ...trafficRules,
  ...smokeRules,
  ...watchRules,
  ...budgetRules,
  ...freezeRules,
  ...alertRules,
  ...basisRules,
  ...preflightRules,
  ...doctorRules,
  ...sloRules,
  ...capacityRules,
  ...gatewayRules,
  ...postureRules,
  ...pipelineRules,
  ...modelRules,
  ...drillRules,
};

/** Does this capability own the rule? */
export const isRuleOf = (capability: Capability, rule: RuleId): boolean => rule in ruleTables[capability];

/** The page that explains a rule. */
export const rulePage = (rule: RuleId): string =>
  Object.values(ruleTables).some((rules) => rule in rules)
    ? pageUrl(`docs/reference/findings.md#${rule}`)
    : checkPage(rule as CheckRule);

/** The page that explains a check of files. */
export const checkPage = (rule: CheckRule): string => pageUrl(`docs/reference/checks.md#${rule}`);
