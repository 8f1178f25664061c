import { quoted } from '../../data/shell.ts';
import type { OutsideField, OutsideSettings, ServiceScaling } from './settings.ts';

/** The settings outside of a revision in words, and the commands that set them by hand. */

export const fieldText: Record<OutsideField, string> = {
  ingress: 'ingress',
  invokerIamDisabled: 'invoker check',
  iapEnabled: 'Identity-Aware Proxy',
  defaultUriDisabled: 'default URL',
  scaling: 'scaling of the service',
  customAudiences: 'custom audiences',
  labels: 'labels of the service',
  description: 'description of the service',
};

const ingresses: Record<string, string> = {
  INGRESS_TRAFFIC_ALL: 'all',
  INGRESS_TRAFFIC_INTERNAL_ONLY: 'internal',
  INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER: 'internal-and-cloud-load-balancing',
};
const ingressWord = (ingress: string | undefined) => ingresses[ingress ?? 'INGRESS_TRAFFIC_ALL'] ?? 'all';

const onOff = (on: boolean) => (on ? 'on' : 'off');

const scalingText = (scaling: ServiceScaling) =>
  `minimum ${scaling.minInstanceCount ?? 0}, maximum ${scaling.maxInstanceCount ?? 'not set'}`;

/** The value of one setting in a few words, such as `internal` or `on`. */
export function valueText(field: OutsideField, settings: OutsideSettings): string {
  switch (field) {
    case 'ingress':
      return ingressWord(settings.ingress);
    case 'invokerIamDisabled':
      return onOff(!settings.invokerIamDisabled);
    case 'iapEnabled':
      return onOff(settings.iapEnabled);
    case 'defaultUriDisabled':
      return onOff(!settings.defaultUriDisabled);
    case 'scaling':
      return scalingText(settings.scaling);
    case 'customAudiences':
      return settings.customAudiences.join(', ') || 'none';
    case 'labels':
      return (
        Object.entries(settings.labels)
          .map(([name, value]) => `${name}=${value}`)
          .join(', ') || 'none'
      );
    case 'description':
      return settings.description || 'none';
  }
}

interface Place {
  project: string;
  region: string;
  /** Short name of the Cloud Run service. */
  service: string;
}

/** The command that gives the service the value that `wanted` has. `live` shows which labels to remove. */
export function settingCommand(
  field: OutsideField,
  wanted: OutsideSettings,
  live: OutsideSettings,
  { project, region, service }: Place,
): string {
  const beta = field === 'iapEnabled' ? 'beta ' : '';
  const flags = flagsOf(field, wanted, live).join(' ');
  return `gcloud ${beta}run services update ${quoted(service)} --project=${quoted(project)} --region=${quoted(region)} ${flags}`;
}

function flagsOf(field: OutsideField, wanted: OutsideSettings, live: OutsideSettings): string[] {
  switch (field) {
    case 'ingress':
      return [`--ingress=${ingressWord(wanted.ingress)}`];
    case 'invokerIamDisabled':
      return [wanted.invokerIamDisabled ? '--no-invoker-iam-check' : '--invoker-iam-check'];
    case 'iapEnabled':
      return [wanted.iapEnabled ? '--iap' : '--no-iap'];
    case 'defaultUriDisabled':
      return [wanted.defaultUriDisabled ? '--no-default-url' : '--default-url'];
    case 'scaling':
      return [
        `--min=${wanted.scaling.minInstanceCount ?? 'default'}`,
        `--max=${wanted.scaling.maxInstanceCount ?? 'default'}`,
      ];
    case 'customAudiences':
      return wanted.customAudiences.length === 0
        ? ['--clear-custom-audiences']
        : [`--set-custom-audiences=${quoted(wanted.customAudiences.join(','))}`];
    case 'labels':
      return labelFlags(wanted.labels, live.labels);
    case 'description':
      return [`--description=${quoted(wanted.description)}`];
  }
}

function labelFlags(
  wanted: Readonly<Record<string, string>>,
  live: Readonly<Record<string, string>>,
): string[] {
  const set = Object.entries(wanted).filter(([name, value]) => live[name] !== value);
  const gone = Object.keys(live).filter((name) => !Object.hasOwn(wanted, name));
  const flags: string[] = [];
  if (set.length > 0)
    flags.push(`--update-labels=${quoted(set.map(([name, value]) => `${name}=${value}`).join(','))}`);
  if (gone.length > 0) flags.push(`--remove-labels=${quoted(gone.join(','))}`);
  return flags;
}
