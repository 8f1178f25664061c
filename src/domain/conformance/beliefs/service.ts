import type { Beliefs } from '../belief.ts';

/** What one Cloud Run service with a public image shows. */
export const serviceBeliefs = {
  revisionShowsDigest: {
    quirk: true,
    belief:
      "A revision of Cloud Run's v2 API names its images by digest (`HOST/PATH@sha256:…`), also if the service's template names a tag. The template of the service keeps the tag.",
    source:
      "Google's page on deploying says that a tag is resolved to a digest and that the revision keeps that digest. v1 has a field for it (`status.imageDigest`); v2 has no other place than `containers[].image`.",
    otherwise: 'The digest that runs can be read only from v1. Reports then name the tag.',
    verify:
      'Deploy an image by tag, then GET `run.googleapis.com/v2/projects/P/locations/R/services/S/revisions/REV`.',
    settled: { by: 'service' },
  },
  patchTakesPartsOfTemplate: {
    belief:
      '`updateMask` of `services.patch` takes paths below `template`, such as `template.containers` and `template.scaling.maxInstanceCount`.',
    source:
      'The reference page says "fully qualified names of fields" and shows no example. The body holds the whole template in any case, so it also works if only `template` counts.',
    otherwise: 'A deploy of a service is refused with 400. The mask then has to name `template`.',
    verify: 'PATCH with `updateMask=template.containers&validateOnly=true`.',
    settled: { by: 'service' },
  },
  patchTakesSettingsWithTraffic: {
    belief:
      'A PATCH of the service may name `labels`, `scaling`, `ingress`, `customAudiences`, `description`, `iapEnabled` and `defaultUriDisabled` beside `traffic`, and makes no revision.',
    source: 'service.proto names the fields as writable and refuses only four namespaces of labels.',
    otherwise:
      'A rollback writes the traffic without the settings, and then says which of them are not back.',
    verify: 'PATCH with `updateMask=traffic,labels,scaling,ingress&validateOnly=true`.',
    settled: { by: 'service' },
  },
  patchRefusesKeyOfMap: {
    belief: 'A mask path with the key of a map (`annotations.team`) is refused.',
    source:
      'For Functions, the documentation says that maps are replaced as a whole. For Run it says nothing.',
    otherwise: 'Nothing: the actions always send the whole map. They could send less.',
    verify: 'PATCH with `updateMask=annotations.team&validateOnly=true`.',
    settled: { by: 'service' },
  },
  patchShowsAtOnce: {
    belief:
      'Right after a PATCH of the template, a GET of the service shows the new generation, or that it is reconciling.',
    source:
      'Generation and reconciling are described as fields of the accepted state. No page gives an order.',
    otherwise:
      "A deploy can take the old revision for the new one. It compares the revision's name, so it waits longer.",
    verify: 'PATCH the template, GET at once.',
    settled: { by: 'service' },
  },
  etagChangesWhenSettled: {
    belief: 'The etag of a service also changes when the service has settled.',
    source: 'Etags of Kubernetes-like resources cover the status.',
    otherwise: 'Nothing: the actions read the service again before each write.',
    verify: 'GET during and after a traffic change.',
    settled: { by: 'service' },
  },
  serviceTestsAllPermissions: {
    quirk: true,
    belief:
      '`testIamPermissions` of a Cloud Run service takes `run.revisions.get` and `run.routes.invoke`, as that of the project does.',
    source:
      'The reference of the call names no list. `gcloud iam list-testable-permissions` prints one for each resource.',
    otherwise:
      'Google answers 400. The preflight then says that these permissions could not be tried, and goes on. It asks the service only about what the project does not grant.',
    verify: '`gcloud iam list-testable-permissions //run.googleapis.com/projects/P/locations/R/services/S`.',
    settled: { by: 'service' },
  },
  iapResourceName: {
    belief:
      "The resource of Identity-Aware Proxy's policy for a service is `projects/NUMBER/iap_web/cloud_run-REGION/services/S`.",
    source: "IAP's page on Cloud Run.",
    otherwise: 'The guard cannot read who may pass IAP, and says so.',
    verify:
      '`gcloud beta iap web get-iam-policy --resource-type=cloud-run --service=S --region=R --log-http`.',
    settled: { by: 'service' },
  },
  iapTakesOwnJwt: {
    belief:
      'Identity-Aware Proxy takes a JWT that a service account signs through `signJwt`: `iss` and `sub` are its address, `aud` is the called URL or one that ends with `/*`, and `exp` is at most an hour after `iat`. It takes it on a Cloud Run service as on a backend service.',
    source:
      "IAP's page on programmatic authentication, and Google's published sample for it. The page does not name Cloud Run.",
    otherwise:
      'A smoke test with `front: iap` and without `front_audience` ends inconclusive with a 401, which names both ways in.',
    verify:
      '`gcloud iam service-accounts sign-jwt` with such a payload, and `curl -i -H "Authorization: Bearer JWT"` on the URL of a service with Identity-Aware Proxy.',
    settled: {
      not: 'extra',
      why: 'A project outside of an organisation has no Identity-Aware Proxy on a service of Cloud Run.',
    },
  },
  newServiceHasEtag: {
    belief:
      'The policy of a new Cloud Run service and of a new service account has an etag, even if it is empty (`ACAB`). A successful answer without an etag is not a policy.',
    source: 'policy.proto; output of `gcloud … get-iam-policy` on resources without bindings.',
    otherwise: 'The guard calls such a policy unreadable, so a private function is `unknown`.',
    verify: 'Read the policy of a new service and of a new service account.',
    settled: { by: 'service' },
  },
} as const satisfies Beliefs;
