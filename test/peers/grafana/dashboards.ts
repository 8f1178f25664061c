import { grafanaFile } from '../../../src/domain/alerting/grafana.ts';
import type { AlertingRequest } from '../../../src/domain/alerting/request.ts';

const base = { slo: 'ocr-api', service: 'ocr-api', region: 'us-central1', windowSeconds: 30 * 86_400 };
const availability = { id: 'availability', kind: 'availability', target: 0.995 } as const;

const requests: Record<string, AlertingRequest> = {
  'Cloud Run in Google’s Prometheus': { ...base, objectives: [availability] },
  'counters and a histogram': {
    ...base,
    objectives: [
      {
        ...availability,
        prometheus: {
          total: 'http_requests_total{revision="$revision"}',
          bad: 'http_requests_total{revision="$revision",code=~"5.."}',
        },
      },
      {
        ...{ id: 'fast', kind: 'availability', target: 0.95, title: 'answers within 2.5 s' },
        prometheus: {
          total: 'http_duration_seconds_count{revision="$revision"}',
          good: 'http_duration_seconds_bucket{revision="$revision",le="2.5"}',
        },
      },
    ],
  },
  'a label that only holds the revision': {
    ...base,
    windowSeconds: 7 * 86_400,
    objectives: [
      {
        ...{ ...availability, target: 0.5 },
        prometheus: { total: 'requests_total{pod=~"$revision-.*"}', good: 'good_total{pod=~"$revision-.*"}' },
      },
    ],
  },
};

/** The dashboards as they are in their files. */
export const dashboards = (): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(requests).map(([title, request]) => [title, JSON.parse(grafanaFile(request).text)]),
  );
