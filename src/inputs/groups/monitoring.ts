import { systems } from '../../domain/alerting/evidence.ts';
import { group } from '../../domain/inputs/definition.ts';
import { boolean, choice, list, path } from '../../domain/inputs/kinds.ts';
import { resourceName } from './shapes.ts';

const slo = { slo: {} } as const;

export const monitoring = group('Alerts and dashboards', {
  system: {
    kind: choice(systems),
    sentence:
      'Where the alerts and dashboards are kept: `prometheus` as files with rules for Prometheus and a dashboard for Grafana, `cloud-monitoring` as an SLO, alert policies and a dashboard of Google Cloud.',
    example: 'cloud-monitoring',
    default: 'prometheus',
    usedBy: slo,
  },
  output_dir: {
    kind: path('the path of a folder'),
    shown: 'plain',
    sentence: 'Folder of the workspace for files that are generated.',
    example: 'deploy/monitoring',
    default: 'monitoring',
    usedBy: slo,
  },
  notification_channels: {
    kind: list(resourceName('projects/P/notificationChannels/C')),
    shown: 'plain',
    sentence:
      'Notification channels of the alert policies in Cloud Monitoring, by commas or newlines. `gcloud beta monitoring channels list` shows their names.',
    example: 'projects/my-project/notificationChannels/12345',
    otherwise: 'the channels that are set in the console stay',
    usedBy: slo,
  },
  prune: {
    kind: boolean,
    sentence: 'Delete what an earlier run made and the file no longer asks for.',
    example: 'true',
    default: 'false',
    usedBy: slo,
  },
});
