import { systems } from '../../domain/alerting/evidence.ts';
import { group } from '../../domain/inputs/definition.ts';
import { boolean, choice, list, path, text } from '../../domain/inputs/kinds.ts';
import { resourceName } from './shapes.ts';

const slo = { slo: {} } as const;

export const monitoring = group('Alerts and dashboards', {
  system: {
    kind: choice(systems),
    sentence:
      'Where the alerts and dashboards are kept: `prometheus` as files with rules for Prometheus and a dashboard for Grafana, `cloud-monitoring` as an SLO, alert policies and a dashboard of Google Cloud, `datadog` as SLOs and monitors.',
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
      'Notification channels of the alert policies in Cloud Monitoring, by commas or newlines. The address of a channel in the console ends with its number.',
    example: 'projects/my-project/notificationChannels/12345',
    otherwise: 'the channels that are set in the console stay',
    usedBy: slo,
  },
  datadog_notify: {
    kind: text({
      pattern: /^@\S+( @\S+)*$/,
      expected: 'names such as @pagerduty-ocr, separated by spaces',
      shown: 'plain',
    }),
    sentence: 'Whom the monitors in Datadog tell.',
    example: '@pagerduty-ocr @slack-ocr',
    otherwise: 'nobody',
    usedBy: slo,
  },
  snooze_alerts: {
    kind: boolean,
    sentence:
      'Snooze the alert policies in Cloud Monitoring that `actions/slo` made from `slo_file`, from the first watched step until this release ends, for at most 30 minutes: what they would tell, the release handles itself. If that fails, the release goes on.',
    example: 'true',
    default: 'false',
    usedBy: { release: {} },
  },
  prune: {
    kind: boolean,
    sentence: 'Delete what an earlier run made and the file no longer asks for.',
    example: 'true',
    default: 'false',
    usedBy: slo,
  },
});
