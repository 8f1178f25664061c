/** The request metrics of Cloud Run. */
export const requestCount = 'run.googleapis.com/request_count';
export const requestLatencies = 'run.googleapis.com/request_latencies';

/** A text in a filter of Cloud Monitoring or Cloud Logging. */
export const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/**
 * Cloud Monitoring's filter for the requests of one service. The watch and the SLO in the cloud count by this same filter.
 * @param more conditions on labels
 */
export function cloudRunFilter(
  metric: string,
  { region, service }: { region: string; service: string },
  ...more: readonly string[]
): string {
  return [
    `metric.type=${quoted(metric)}`,
    'resource.type="cloud_run_revision"',
    `resource.labels.location=${quoted(region)}`,
    `resource.labels.service_name=${quoted(service)}`,
    ...more,
  ].join(' AND ');
}

/** The condition for bad requests: as the watch counts them, 429 and 5xx, and with `clientErrors` every 4xx. */
export const badStatusFilter = (clientErrors: boolean | undefined): string =>
  `metric.labels.response_code=monitoring.regex.full_match("${badStatusPattern(clientErrors)}")`;

/** The same as a regular expression for the status. */
export const badStatusPattern = (clientErrors: boolean | undefined): string =>
  clientErrors ? '4..|5..' : '429|5..';
