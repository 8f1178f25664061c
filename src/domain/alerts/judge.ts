import type { Finding } from '../findings/finding.ts';
import { elapsedText } from '../text/numbers.ts';
import type { OpenAlert } from './alert.ts';

export interface AlertRules {
  /** What an open alert on the service does. */
  onAlert: 'fail' | 'warn' | 'ignore';
  /** True if the user chose that. By default, alerts that cannot be read stop nothing. */
  chosen: boolean;
  /** Why a release goes on all the same. */
  override: string | undefined;
}

/** The open alerts, or why they could not be read. */
export type AlertLook = { read: true; alerts: readonly OpenAlert[] } | Unread;

interface Unread {
  read: false;
  /** A whole sentence. */
  cause: string;
  /** The permission that this identity lacks. */
  permission?: string | undefined;
}

/** What the report holds. */
export interface AlertEvidence {
  onAlert: 'fail' | 'warn';
  /** Undefined if the alerts could not be read. */
  open: readonly OpenAlert[] | undefined;
  unread?: string | undefined;
  override?: string | undefined;
}

export interface AlertJudgement {
  /** True if the release may not begin. */
  blocks: boolean;
  /** What was seen and decided, in one or two sentences. Empty if no alert is open. */
  reason: string;
  finding: Finding | undefined;
  evidence: AlertEvidence;
}

export const alertRole = 'roles/monitoring.alertViewer';

/** `"5xx of ocr" (critical, open for 12m30s)` */
function alertText({ policy, severity, openedAt }: OpenAlert, now: number): string {
  const opened = Date.parse(openedAt ?? '');
  const parts = [
    ...(severity ? [severity.toLowerCase()] : []),
    ...(Number.isNaN(opened) ? [] : [`open for ${elapsedText((now - opened) / 1000)}`]),
  ];
  return `"${policy.replace(/\s+/g, ' ').slice(0, 120)}"${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}

/** The first three by name, and the number of the others. */
function listText(alerts: readonly OpenAlert[], now: number): string {
  const shown = alerts.slice(0, 3).map((alert) => alertText(alert, now));
  const more = alerts.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/**
 * Whether a release may begin while alerts are open. An alert on the service stops it; one that does not say which service it is
 * about is only told.
 * @param now milliseconds since the epoch
 */
export function judgeAlerts(
  rules: AlertRules,
  look: AlertLook,
  service: string,
  now: number,
): AlertJudgement {
  const onAlert = rules.onAlert === 'fail' ? 'fail' : 'warn';
  if (!look.read) return unread(rules, onAlert, look);
  const evidence: AlertEvidence = { onAlert, open: look.alerts };
  const own = look.alerts.filter(({ about }) => about === 'this');
  if (look.alerts.length === 0) return { blocks: false, reason: '', finding: undefined, evidence };
  if (own.length === 0) {
    const reason = `Open alerts of this project that do not say which service they are about: ${listText(look.alerts, now)}.`;
    const finding: Finding = { rule: 'alert-open', severity: 'low', title: reason };
    return { blocks: false, reason, finding, evidence };
  }
  const which = listText(own, now);
  const text =
    own.length === 1
      ? `An alert is open on ${service}: ${which}.`
      : `${own.length} alerts are open on ${service}: ${which}.`;
  if (onAlert === 'warn')
    return {
      blocks: false,
      reason: text,
      finding: { rule: 'alert-open', severity: 'medium', title: text },
      evidence,
    };
  if (rules.override !== undefined) {
    const reason = `${text} It goes on all the same, because alert_override is set: ${rules.override}`;
    return {
      blocks: false,
      reason,
      finding: { rule: 'alert-open', severity: 'medium', title: reason },
      evidence: { ...evidence, override: rules.override },
    };
  }
  const fix =
    'Wait until the alert is closed and run this job again. If this release repairs it, set alert_override to the reason. A rollback never asks for alerts';
  return {
    blocks: true,
    reason: text,
    finding: { rule: 'alert-open', severity: 'high', title: text, fix },
    evidence,
  };
}

/** Not to know is never a silent pass: the user is told, and a user who chose `fail` is stopped. */
function unread(
  { chosen, override }: AlertRules,
  onAlert: 'fail' | 'warn',
  { cause, permission }: Unread,
): AlertJudgement {
  const grant = permission
    ? `Grant ${alertRole} to the identity of this job (roles/monitoring.viewer has it as well)`
    : 'Run this job again';
  const fix = `${grant}, or set on_alert: ignore`;
  const text = `Whether an alert is open could not be read: ${cause}`;
  const evidence: AlertEvidence = { onAlert, open: undefined, unread: cause };
  if (onAlert === 'fail' && chosen && override === undefined)
    return {
      blocks: true,
      reason: text,
      finding: { rule: 'alerts-unread', severity: 'high', title: text, fix },
      evidence,
    };
  const because = override === undefined ? '' : ` It goes on, because alert_override is set: ${override}`;
  const reason = `${text}${because}`;
  return {
    blocks: false,
    reason,
    finding: { rule: 'alerts-unread', severity: 'medium', title: reason, fix },
    evidence: { ...evidence, ...(override === undefined ? {} : { override }) },
  };
}
