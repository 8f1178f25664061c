import type { JsonObject } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import type { FunctionFacts } from '../../domain/exposure/facts.ts';
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

export function functionReader(rest: Rest): Pick<ExposureSources, 'describe'> {
  return {
    describe: (project, region, name, signal) =>
      reading(
        rest,
        {
          api: 'cloudfunctions',
          method: 'GET',
          path: `v2/${['projects', project, 'locations', region, 'functions', name].map(encodeURIComponent).join('/')}`,
          signal,
        },
        'cloudfunctions.functions.get',
        (raw) => factsOf(raw, name),
      ),
  };
}
