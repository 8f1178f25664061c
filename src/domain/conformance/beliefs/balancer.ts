import type { Beliefs } from '../belief.ts';

const costly = {
  not: 'extra',
  why: 'A global load balancer in front of two regions is needed. It costs by the hour, and takes minutes to come and to go.',
} as const;

/** About a global external load balancer in front of several regions. The sandbox has a setting for each (`fronts`). */
export const balancerBeliefs = {
  frontKeepsUserAgent: {
    belief:
      "A load balancer hands on the client's user agent, so that Cloud Run's request log of the region that answered has it in `httpRequest.userAgent`.",
    source:
      'The pages on custom headers list what the balancer adds and changes. The user agent is not among them.',
    otherwise:
      'An exercise of a failover does not learn which region answers. It says so before it changes anything.',
    verify:
      '`curl -A probe-1 https://FRONT/`, then `gcloud logging read \'httpRequest.userAgent="probe-1"\' --limit=1`.',
    settled: costly,
  },
  frontSkipsMissingService: {
    belief:
      'A serverless group whose Cloud Run service does not exist gets no requests while another group of the backend service has one.',
    source: 'None. kubernetes/registry.k8s.io#234 supposes it from an outage.',
    otherwise:
      'A region whose service was deleted answers its users with an error until its group is taken out.',
    verify: 'Delete the service of one region, ask through the balancer from near it.',
    settled: costly,
  },
  frontFollowsBackends: {
    belief:
      'A group that is taken out of a backend service gets no new requests some seconds to minutes after the operation is done, without an answer that fails. One that comes back gets them again within the same time.',
    source:
      'General wording of the pages on load balancing: a change takes some minutes to reach every front end.',
    otherwise: 'An exercise measures it: how long it took, and how many answers failed meanwhile.',
    verify: 'An exercise of `drill`.',
    settled: costly,
  },
  backendsPatchReplacesList: {
    belief:
      '`backendServices.patch` with `backends` and `description` replaces these two, and leaves every other field of the backend service as it was. A stale `fingerprint` gets 412.',
    source:
      'The method has the semantics of a JSON merge patch, by its reference. What gcloud and Terraform send relies on it.',
    otherwise: 'An exercise compares the whole backend service afterwards, and tells any difference.',
    verify: 'PATCH with one of two backends, GET, compare.',
    settled: costly,
  },
  effectivePoliciesAreTold: {
    belief:
      'In version 1 of its API, Compute Engine answers `getEffectiveSecurityPolicies` with the policies that apply to a backend, those of the organisation and of folders first, each with its rules.',
    source:
      'The discovery document of v1 describes no answer of this method, and that of beta has `securityPolicies`. gcloud has the command in beta.',
    otherwise:
      'An answer without policies says nothing, so `posture` reads the policy that the backend names, and knows of none above it.',
    verify:
      '`curl -H "authorization: Bearer $(gcloud auth print-access-token)" https://compute.googleapis.com/compute/v1/projects/P/global/backendServices/B/getEffectiveSecurityPolicies`.',
    settled: costly,
  },
} as const satisfies Beliefs;
