import { createHash } from 'node:crypto';
import { parseName } from '../../domain/data/resource-name.ts';
import { inSeconds, type ServingPeriod } from '../../domain/model/tags.ts';
import { ownLabelPrefix } from '../../domain/product.ts';

/**
 * A label has lower-case letters, digits, `_` and `-`, and 63 characters for its key and its value. So its key is the name of the
 * service, as far as it fits, with a digest of its whole name, and its value has room for the newest period only.
 */

export function labelKey(service: string): string {
  const digest = createHash('sha256').update(service).digest('hex').slice(0, 8);
  return `${ownLabelPrefix}serves-${parseName(service).name.slice(0, 36)}-${digest}`;
}

const mostSuffix = 28;
const compact = (time: string): string => time.replace(/[-:]/g, '').toLowerCase();

/** Every revision begins with the name of its service, so the label leaves that out. */
const suffixOf = (service: string, revision: string): string => {
  const prefix = `${parseName(service).name}-`;
  const own = revision.startsWith(prefix) ? revision.slice(prefix.length) : revision;
  return own.slice(0, mostSuffix);
};

/** A revision as the label can name it. */
export const spelledRevision = (service: string, revision: string): string =>
  `${parseName(service).name}-${suffixOf(service, revision)}`;

/** `00012-abc_20261130t163500z` serves, `00012-abc_20261130t163500z_20261130t180000z` has served. */
export const labelValue = (service: string, { revision, from, until }: ServingPeriod): string =>
  [suffixOf(service, revision), compact(from), ...(until === undefined ? [] : [compact(until)])].join('_');

export function readLabel(service: string, value: string | undefined): ServingPeriod | undefined {
  const time = '(\\d{8}t\\d{6}z)';
  const [, suffix, from = '', until] =
    new RegExp(`^([a-z0-9-]{1,${mostSuffix}})_${time}(?:_${time})?$`).exec(value ?? '') ?? [];
  if (suffix === undefined) return undefined;
  const began = timeOf(from);
  const ended = until === undefined ? undefined : timeOf(until);
  if (began === undefined || (until !== undefined && ended === undefined)) return undefined;
  return {
    ...{ revision: `${parseName(service).name}-${suffix}`, from: began },
    ...(ended === undefined ? {} : { until: ended }),
  };
}

function timeOf(text: string): string | undefined {
  const whole = text.replace(/^(....)(..)(..)t(..)(..)(..)z$/, '$1-$2-$3T$4:$5:$6Z');
  const at = Date.parse(whole);
  return Number.isNaN(at) ? undefined : inSeconds(at);
}
