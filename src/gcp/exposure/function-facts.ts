import { type JsonObject, textMapOf } from '../../domain/data/json.ts';
import { likelyService, shortName } from '../../domain/data/resource-name.ts';
import { belongsToFunctions, type TargetKind } from '../../domain/deploy/kind.ts';
import type { FunctionFacts } from '../../domain/exposure/facts.ts';
import { parseSource } from '../../domain/source/location.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';
import { optionalObject, optionalText, requiredText, UnexpectedShape } from './shape.ts';

/** Picks the parts of a cloudfunctions v2 Function that decide who can call or read it. */
export function functionFacts(raw: JsonObject): FunctionFacts {
  const service = optionalObject(raw, 'serviceConfig');
  const build = optionalObject(raw, 'buildConfig');
  const provenance = optionalObject(optionalObject(build, 'sourceProvenance'), 'resolvedStorageSource');
  const source = optionalObject(optionalObject(build, 'source'), 'storageSource');
  const urls = [optionalText(raw, 'url'), optionalText(service, 'uri')].filter((url) => url !== undefined);
  return {
    generation: optionalText(raw, 'environment') === 'GEN_1' ? 1 : 2,
    service: optionalText(service, 'service'),
    serviceAccount: optionalText(service, 'serviceAccountEmail'),
    urls: [...new Set(urls)],
    ingress: optionalText(service, 'ingressSettings'),
    securityLevel: optionalText(service, 'securityLevel'),
    sourceBucket: optionalText(provenance, 'bucket') ?? optionalText(source, 'bucket'),
    imageRepository: optionalText(build, 'dockerRepository'),
    eventTrigger: raw.eventTrigger !== undefined,
  };
}

function factsOf(raw: JsonObject, name: string): FunctionFacts {
  const found = requiredText(raw, 'name');
  if (shortName(found) !== name)
    throw new UnexpectedShape(`The answer describes "${found.slice(0, 100)}" and not ${name}.`);
  return functionFacts(raw);
}

/** Picks the same parts of a run v2 Service that no function resource manages. */
export function serviceOnlyFacts(raw: JsonObject): FunctionFacts {
  const urls = [optionalText(raw, 'uri')].filter((url) => url !== undefined);
  return {
    generation: 2,
    service: requiredText(raw, 'name'),
    serviceAccount: optionalText(optionalObject(raw, 'template'), 'serviceAccount'),
    urls,
    ingress: undefined,
    securityLevel: undefined,
    sourceBucket: parseSource(optionalText(optionalObject(raw, 'buildConfig'), 'sourceLocation'))?.bucket,
    imageRepository: undefined,
    eventTrigger: false,
    onlyService: true,
  };
}

const pathOf = (...parts: string[]) => `v2/${parts.map(encodeURIComponent).join('/')}`;

/**
 * Describes a function, or the service of that name if there is no function resource. If the user named a kind of Cloud
 * Run, the service is asked for first: the identity then needs no permission of Cloud Functions.
 */
export function functionReader(rest: Rest, kind?: TargetKind): Pick<ExposureSources, 'describe'> {
  return {
    describe: async (project, region, name, signal) => {
      const place = ['projects', project, 'locations', region] as const;
      const readFunction = () =>
        reading(
          rest,
          { api: 'cloudfunctions', method: 'GET', path: pathOf(...place, 'functions', name), signal },
          'cloudfunctions.functions.get',
          (raw) => factsOf(raw, name),
        );
      const readService = () =>
        reading(
          rest,
          { api: 'run', method: 'GET', path: pathOf(...place, 'services', likelyService(name)), signal },
          'run.services.get',
          (raw) => raw,
        );
      const isOther = ({ labels }: JsonObject) => !belongsToFunctions(textMapOf(labels));
      if (kind !== undefined && kind !== 'function') {
        const service = await readService();
        if (!service.ok) return service;
        if (isOther(service.value)) return { ...service, value: serviceOnlyFacts(service.value) };
        return readFunction();
      }
      const described = await readFunction();
      if (described.ok || described.cause === 'failed') return described;
      // The Functions API may be off, or its permission missing, if only Cloud Run is used.
      const service = await readService();
      if (service.ok && isOther(service.value)) return { ...service, value: serviceOnlyFacts(service.value) };
      // Every kind needs the service. What keeps it unread says more than that there is no function.
      if (!service.ok && service.cause === 'denied' && described.cause !== 'denied') return service;
      // Where the Functions API is off there is no function, so without a service there is nothing yet.
      const nothing = described.cause === 'api-off' && !service.ok && service.cause === 'absent';
      return nothing ? service : described;
    },
  };
}
