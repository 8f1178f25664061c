import type { Rules } from '../rule.ts';

/** What Cloud Monitoring says about the service before a release. */
export const alertRules = {
  'alert-open': {
    title: 'An alert on the service is open',
    severity: 'varies',
    why: 'Somebody may be repairing the service now. A release on top hides what is wrong, and its watch compares two broken revisions. A reason in `alert_override` lets one release pass, and it stays in the report.',
  },
  'alerts-unread': {
    title: 'Whether an alert is open could not be read',
    severity: 'varies',
    why: 'An alert that nobody could see is not the same as no alert. `on_alert: fail` stops then, the default only says it.',
  },
} as const satisfies Rules;
