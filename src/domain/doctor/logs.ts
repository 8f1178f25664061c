import { projectFlag, quoted } from '../data/shell.ts';
import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { doctorRules } from '../findings/rules/doctor.ts';
import type { Examined } from './check.ts';

/** A filter of a sink that leaves entries out (logging.googleapis.com v2 LogExclusion). */
export interface Exclusion {
  name: string;
  filter: string;
  disabled: boolean;
}

/** The sink that keeps the logs of the project. */
export interface LogSink {
  name: string;
  disabled: boolean;
  filter: string;
  exclusions: readonly Exclusion[];
}

/**
 * Whether a filter matches the request log of a service of Cloud Run: surely, perhaps, or not. Only simple filters are read; any
 * other one that names what a request log has is `perhaps`.
 */
export function matchesRequests(filter: string, service: string): 'yes' | 'perhaps' | 'no' {
  const text = filter.replace(/\s+/g, ' ').trim();
  if (text === '') return 'yes';
  const other = /service_name\s*=\s*"?([\w-]+)"?/.exec(text)?.[1];
  if (other !== undefined && other !== service) return 'no';
  const type = /resource\.type\s*=\s*"?([\w-]+)"?/.exec(text)?.[1];
  if (type !== undefined && type !== 'cloud_run_revision') return 'no';
  const log = /(?:LOG_ID\("|logName\s*[=:]\s*"?[^"\s]*?)([\w.-]+(?:%2F|\/)[\w-]+)"/i.exec(text)?.[1];
  if (log !== undefined && !/run\.googleapis\.com(%2F|\/)requests/i.test(log)) return 'no';
  const requests = type === 'cloud_run_revision' || log !== undefined || /httpRequest/.test(text);
  if (!requests) return /severity|textPayload|jsonPayload|protoPayload/.test(text) ? 'no' : 'perhaps';
  const rest = text
    .replace(/resource\.type\s*=\s*"?[\w-]+"?/g, '')
    .replace(/resource\.labels\.service_name\s*=\s*"?[\w-]+"?/g, '')
    .replace(/(?:LOG_ID\("[^"]*"\)|log_?[nN]ame\s*[=:]\s*"[^"]*")/g, '')
    .replace(/\bAND\b/g, '')
    .trim();
  return rest === '' ? 'yes' : 'perhaps';
}

/** Judges whether the request log can be read, and whether it is kept. */
export function judgeLogs(
  read: { ok: true } | { ok: false; detail: string },
  sink: LogSink | undefined,
  { project, service }: { project: string; service: string },
): Examined {
  if (!read.ok)
    return {
      part: 'logs',
      state: 'unknown',
      text: `The request logs could not be read: ${read.detail}`,
      findings: [],
    };
  if (sink === undefined)
    return {
      part: 'logs',
      state: 'unknown',
      text: 'The request logs can be read. Whether a filter leaves some out could not be read (logging.sinks.get).',
      findings: [],
    };
  const show = `gcloud logging sinks describe ${quoted(sink.name)} ${projectFlag(project)}`;
  const findings: Finding[] = [];
  if (sink.disabled)
    findings.push({
      ...ofRule(doctorRules, 'doctor-logs-off'),
      title: `The sink ${sink.name} is switched off, so no request log is kept.`,
      fix: 'Switch it on (Logging, Log router), or count requests in another source (source: metrics). This shows it:',
      commands: [show],
    });
  for (const { name, filter, disabled } of sink.exclusions) {
    const match = disabled ? 'no' : matchesRequests(filter, service);
    if (match === 'no') continue;
    findings.push({
      ...ofRule(doctorRules, match === 'yes' ? 'doctor-logs-off' : 'doctor-logs-perhaps-off'),
      about: [name],
      title: `The exclusion ${name} of the sink ${sink.name} ${match === 'yes' ? 'leaves out' : 'may leave out'} the request logs of ${service}: ${filter.slice(0, 200)}`,
      fix:
        match === 'yes'
          ? 'Remove it from the sink (Logging, Log router), or count requests in another source (source: metrics). This shows it:'
          : 'Look at it:',
      commands: [show],
    });
  }
  const [first] = findings;
  return {
    part: 'logs',
    state: first === undefined ? 'ok' : findings.some(({ severity }) => severity === 'high') ? 'bad' : 'warn',
    text: first?.title ?? 'The request logs can be read, and no filter leaves them out.',
    findings,
  };
}
