import { randomBytes } from 'node:crypto';
import type { World } from '../core/state.ts';
import { micros, writeEntry } from '../logs/store.ts';
import type { Service } from './model.ts';
import { revisionLabels } from './request-log.ts';

const insertId = () => randomBytes(12).toString('hex');

/**
 * Writes one line of a container's output as a log entry. A line of JSON becomes jsonPayload and may set severity and trace
 * (cloud.google.com/logging/docs/structured-logging).
 */
export function writeContainerLine(
  world: World,
  service: Service,
  revision: string,
  stream: 'stdout' | 'stderr',
  line: string,
): void {
  if (line.trim() === '') return;
  const parsed = structured(line);
  const {
    severity,
    message,
    'logging.googleapis.com/trace': trace,
    'logging.googleapis.com/spanId': span,
    ...rest
  } = parsed ?? {};
  const payload =
    parsed === undefined
      ? { textPayload: line }
      : typeof message === 'string' && Object.keys(rest).length === 0
        ? { textPayload: message }
        : { jsonPayload: { ...(message === undefined ? {} : { message }), ...rest } };
  writeEntry(world, {
    insertId: insertId(),
    ...payload,
    ...(typeof severity === 'string' ? { severity: severity.toUpperCase() } : {}),
    ...(typeof trace === 'string' ? { trace } : {}),
    ...(typeof span === 'string' ? { spanId: span } : {}),
    resource: { type: 'cloud_run_revision', labels: revisionLabels(world, service, revision) },
    timestamp: micros(world.now()),
    ...(service.labels['goog-managed-by'] ? { labels: { 'goog-managed-by': 'cloudfunctions' } } : {}),
    logName: `projects/${world.project}/logs/run.googleapis.com%2F${stream}`,
  });
}

/** What Cloud Run itself says about a container, such as how it ended. */
export function writeSystemLine(
  world: World,
  service: Service,
  revision: string,
  severity: 'WARNING' | 'ERROR',
  text: string,
): void {
  writeEntry(world, {
    insertId: insertId(),
    textPayload: text,
    severity,
    resource: { type: 'cloud_run_revision', labels: revisionLabels(world, service, revision) },
    timestamp: micros(world.now()),
    logName: `projects/${world.project}/logs/run.googleapis.com%2Fvarlog%2Fsystem`,
  });
}

function structured(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

export function writeBuildLine(world: World, buildId: string, line: string, severity = 'INFO'): void {
  writeEntry(world, {
    insertId: insertId(),
    textPayload: line,
    severity,
    resource: {
      type: 'build',
      labels: { project_id: world.project, build_id: buildId, build_trigger_id: '' },
    },
    timestamp: micros(world.now()),
    logName: `projects/${world.project}/logs/cloudbuild`,
  });
}
