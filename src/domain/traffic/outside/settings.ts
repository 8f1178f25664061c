import { fingerprint } from '../../data/fingerprint.ts';
import type { SavedSettings } from './saved.ts';

/**
 * The settings of a Cloud Run service that traffic does not carry: they hold for every revision at once. An update of the
 * function may change them, so a release that goes back must put them back as well.
 */

/** google.cloud.run.v2.ServiceScaling. */
export interface ServiceScaling {
  minInstanceCount?: number | undefined;
  maxInstanceCount?: number | undefined;
  manualInstanceCount?: number | undefined;
  scalingMode?: string | undefined;
}

export interface OutsideSettings {
  ingress: string | undefined;
  invokerIamDisabled: boolean;
  iapEnabled: boolean;
  defaultUriDisabled: boolean;
  scaling: ServiceScaling;
  customAudiences: string[];
  labels: Record<string, string>;
  description: string;
}

export type OutsideField = keyof OutsideSettings;
export const outsideFields: readonly OutsideField[] = [
  'ingress',
  'invokerIamDisabled',
  'iapEnabled',
  'defaultUriDisabled',
  'scaling',
  'customAudiences',
  'labels',
  'description',
];

/** Part of a record: the settings before the release, and the settings after its own build. */
export interface OutsideRecord {
  before: OutsideSettings;
  /** Absent until a build of this release has ended. */
  after?: OutsideSettings | undefined;
  /** What the function itself had saved before the release. */
  saved?: SavedSettings | undefined;
  /** How the service answered one call before the release. */
  answer?: RecordedAnswer | undefined;
}

export interface RecordedAnswer {
  /** The function itself answered. */
  answered: boolean;
  status?: number | undefined;
  /** What stopped the request on its way, in one word. */
  by?: string | undefined;
}

/** Only these settings of a service, in copies. */
export const outsideOf = (service: OutsideSettings): OutsideSettings => ({
  ingress: service.ingress,
  invokerIamDisabled: service.invokerIamDisabled,
  iapEnabled: service.iapEnabled,
  defaultUriDisabled: service.defaultUriDisabled,
  scaling: { ...service.scaling },
  customAudiences: [...service.customAudiences],
  labels: { ...service.labels },
  description: service.description,
});

const printed = /^fingerprint:[0-9a-f]{16}$/;
const printOf = (text: string) =>
  text === '' || printed.test(text) ? text : `fingerprint:${fingerprint(text)}`;

/**
 * The settings as a record keeps them of its own build. The description is an input's text, which nothing may repeat, and
 * here it only has to be recognised.
 */
export const withoutTexts = (settings: OutsideSettings): OutsideSettings => ({
  ...settings,
  description: printOf(settings.description),
});

/** The same text for every value that means the same: an absent ingress setting lets everything in. */
function canonical(field: OutsideField, settings: OutsideSettings): string {
  if (field === 'description') return printOf(settings.description);
  if (field === 'ingress') return settings.ingress ?? 'INGRESS_TRAFFIC_ALL';
  if (field === 'customAudiences') return JSON.stringify([...settings.customAudiences].sort());
  const value = settings[field];
  if (typeof value !== 'object') return String(value);
  const set = Object.entries(value).filter(([, part]) => part !== undefined && part !== 0);
  return JSON.stringify(set.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const sameSetting = (field: OutsideField, a: OutsideSettings, b: OutsideSettings): boolean =>
  canonical(field, a) === canonical(field, b);

export const differingFields = (a: OutsideSettings, b: OutsideSettings): OutsideField[] =>
  outsideFields.filter((field) => !sameSetting(field, a, b));
