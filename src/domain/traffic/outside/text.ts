import { patchFields } from '../../data/commands.ts';
import { encodeName, servicePath } from '../../data/resource-name.ts';
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

/**
 * The value of one setting in a few words, such as `internal` or `on`.
 * @param labels the names of the labels that matter
 */
export function valueText(
  field: OutsideField,
  settings: OutsideSettings,
  labels: readonly string[] = Object.keys(settings.labels),
): string {
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
        labels
          .map((name) =>
            Object.hasOwn(settings.labels, name) ? `${name}=${settings.labels[name]}` : `no ${name}`,
          )
          .join(', ') || 'none'
      );
    case 'description':
      // A description is the text of an input, now or earlier, so only its length is told.
      return settings.description === '' ? 'none' : `${settings.description.length} characters`;
  }
}

interface Place {
  project: string;
  region: string;
  /** Short name of the Cloud Run service. */
  service: string;
}

/**
 * The command that gives the service the value that `wanted` has, and changes nothing else. gcloud makes a new revision if it
 * sets labels or custom audiences, and has no command for the description and for every scaling mode, so these are written as the API takes them.
 */
export function settingCommand(field: OutsideField, wanted: OutsideSettings, place: Place): string {
  switch (field) {
    case 'ingress':
      return update(place, `--ingress=${ingressWord(wanted.ingress)}`);
    case 'invokerIamDisabled':
      return update(place, wanted.invokerIamDisabled ? '--no-invoker-iam-check' : '--invoker-iam-check');
    case 'iapEnabled':
      return update(place, wanted.iapEnabled ? '--iap' : '--no-iap', 'beta');
    case 'defaultUriDisabled':
      return update(place, wanted.defaultUriDisabled ? '--no-default-url' : '--default-url', 'beta');
    case 'customAudiences':
    case 'scaling':
    case 'labels':
    case 'description':
      return patch(place, field, wanted[field]);
  }
}

const update = ({ project, region, service }: Place, flag: string, track?: 'beta'): string =>
  `gcloud ${track ? `${track} ` : ''}run services update ${quoted(service)} --project=${quoted(project)} --region=${quoted(region)} ${flag}`;

const patch = ({ project, region, service: name }: Place, field: OutsideField, value: unknown): string =>
  patchFields(`run.googleapis.com/v2/${encodeName(servicePath({ project, region, name }))}`, [field], {
    [field]: value,
  });
