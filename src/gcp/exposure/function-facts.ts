import { type JsonObject, textMapOf } from '../../domain/data/json.ts';
import { likelyService, shortName } from '../../domain/data/resource-name.ts';
import { belongsToFunctions } from '../../domain/deploy/kind.ts';
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

/** Describes a function, or the service of that name if there is no function resource. */
export function functionReader(rest: Rest): Pick<ExposureSources, 'describe'> {
  return {
    describe: async (project, region, name, signal) => {
      const place = ['projects', project, 'locations', region] as const;
      const described = await reading(
        rest,
        { api: 'cloudfunctions', method: 'GET', path: pathOf(...place, 'functions', name), signal },
        'cloudfunctions.functions.get',
        (raw) => factsOf(raw, name),
      );
      if (described.ok || described.cause === 'failed') return described;
      // The Functions API may be off, or its permission missing, if only Cloud Run is used.
      const path = pathOf(...place, 'services', likelyService(name));
      const service = await reading(
        rest,
        { api: 'run', method: 'GET', path, signal },
        'run.services.get',
        (raw) => raw,
      );
      const isOther = service.ok && !belongsToFunctions(textMapOf(service.value.labels));
      return isOther ? { ...service, value: serviceOnlyFacts(service.value) } : described;
    },
  };
}
