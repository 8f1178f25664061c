import { objectOf, textOf } from '../../domain/data/json.ts';
import { isFunctionsSource } from '../../domain/source/location.ts';
import type { RunService } from '../../steps/ports/services.ts';

/**
 * A change of ours names in its mask what it changes, and never the traffic. So whoever moved the traffic, it was not the build
 * of a release. Undefined for a service that was detached from the Functions API since: its build may have been one of that API.
 */
export const serviceTookTraffic = (service: RunService | undefined): false | undefined =>
  isFunctionsSource(textOf(objectOf(service?.raw.buildConfig).sourceLocation)) ? undefined : false;
