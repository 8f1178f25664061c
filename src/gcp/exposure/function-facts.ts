import { type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import type { FunctionFacts } from '../../domain/exposure/facts.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';

/** Picks the parts of a cloudfunctions v2 Function that decide who can call or read it. */
export function functionFacts(raw: JsonObject): FunctionFacts {
  const service = objectOf(raw.serviceConfig);
  const build = objectOf(raw.buildConfig);
  const provenance = objectOf(objectOf(build.sourceProvenance).resolvedStorageSource);
  const urls = [textOf(raw.url), textOf(service.uri)].filter((url) => url !== undefined);
  return {
    generation: raw.environment === 'GEN_1' ? 1 : 2,
    service: textOf(service.service),
    urls: [...new Set(urls)],
    ingress: textOf(service.ingressSettings),
    securityLevel: textOf(service.securityLevel),
    sourceBucket: textOf(provenance.bucket) ?? textOf(objectOf(objectOf(build.source).storageSource).bucket),
    imageRepository: textOf(build.dockerRepository),
    eventTrigger: raw.eventTrigger !== undefined,
  };
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
        functionFacts,
      ),
  };
}
