import type { Beliefs } from '../belief.ts';

/** What calls of the function show: the answer, and its entry in the request log. */
export const requestBeliefs = {
  frontEndNamesItself: {
    quirk: true,
    belief:
      "Every answer that comes through Google's front end has the header `server: Google Frontend`, also the function's own answers, and `x-cloud-trace-context`. An answer without `server`, `x-cloud-trace-context`, `via: 1.1 google` or `x-goog-iap-generated-response` came from a proxy or a gateway on the way.",
    source:
      "Users' posts of `curl -i` show both headers on answers of functions and on refusals. No page promises them.",
    otherwise:
      'If the trace header is missing too, the guard reports `unknown` for a function that is private. It never reports `private` or `public` by mistake.',
    verify:
      '`curl -i` a private and a public function, on `run.app` and on `cloudfunctions.net`, and one behind IAP.',
    settled: { by: 'calls' },
  },
  frontEndPages: {
    belief:
      'Cloud Run\'s front end refuses with the pages that `src/domain/invocation/front-end.ts` knows: titles "401 Unauthorized", "403 Forbidden", "404 Page not found". A 403 by ingress says "Access is forbidden".',
    source: "Users' posts of these pages.",
    otherwise: 'The guard reports any other page as `unknown`, never as `private`.',
    verify: '`curl -i` a private function, one behind internal ingress, and a tag that is gone.',
    settled: { by: 'calls' },
  },
  tagHostIsAudience: {
    quirk: true,
    belief:
      "Cloud Run accepts a tag's own URL (`https://TAG---S-HASH.a.run.app`) as the audience of an ID token.",
    source:
      'The page on authentication names the URL of the service and custom audiences. It does not mention tags.',
    otherwise: 'Nothing: the actions request tokens for the URL of the service, which works in both cases.',
    verify:
      '`gcloud auth print-identity-token --audiences=TAG_URL --impersonate-service-account=SA`, call the tag URL.',
    settled: { by: 'calls' },
  },
  logTimestampIsStart: {
    quirk: true,
    belief:
      'The `timestamp` of a request log entry is the start of the request. `receiveTimestamp` is later by at least the latency.',
    source:
      '`httpRequest.latency` is "from the time the request was received until the response was sent". No page says which of the two `timestamp` is for Cloud Run.',
    otherwise:
      "Slow failures arrive late with a new timestamp instead of an old one. The reader's windows overlap with both.",
    verify:
      'Call a handler that sleeps 20 s, compare `timestamp`, `receiveTimestamp` and `latency` of its entry.',
    settled: { by: 'logs' },
  },
  exhausted429HasRevision: {
    quirk: true,
    belief:
      'If a request gets 429 because no instance was free, its log entry has the label `revision_name` of the revision that it was routed to.',
    source: 'The page on troubleshooting shows the log message, but not its labels.',
    otherwise: 'Such refusals can only be counted for the service, not for the candidate.',
    verify:
      'Deploy with `maxInstances=1` and `concurrency=1`, call 20 times at once, read `resource.labels.revision_name` of the entries with status 429.',
    settled: { by: 'logs' },
  },
  refusedHasRevision: {
    quirk: true,
    belief:
      'If the front end refuses a request (401, 403, 404 by ingress, 413), its entry in the request log has the label `revision_name` of the revision that the request would have reached. The entry gives the reason in `textPayload`, and entries of answers by the container have no `textPayload`.',
    source:
      'The page on troubleshooting shows such entries of 401 and 403 with their text, but not their labels.',
    otherwise:
      'Such requests are counted for the service. They are no evidence in either case. If the text were missing *and* a revision named, 401 and 403 of callers would count as client errors of both revisions.',
    verify:
      'Call a private function without a token, and with one of an account that may not invoke it. Read the entries: `gcloud logging read \'resource.labels.service_name="S" httpRequest.status=(401 OR 403)\' --format=json --limit=5`.',
    settled: { by: 'logs' },
  },
  refusedIsWarning: {
    belief: 'The log entry of a request refused with 401 or 403 is a warning, and names no instance.',
    source: "Users' posts of such entries.",
    otherwise: 'Refused requests are told apart by their text alone.',
    verify: 'Call without a token, read severity and `labels.instanceId`.',
    settled: { by: 'logs' },
  },
  ingressRefusalIsLogged: {
    quirk: true,
    belief: 'If ingress refuses a request, the request log gets an entry with status 404 and a text.',
    source: 'None. The page on troubleshooting names ingress as a cause of 404, but shows no entry.',
    otherwise: 'Such requests are simply not seen.',
    verify:
      'Set ingress to internal, call the function from outside, read the entries with `httpRequest.status=404`.',
    settled: { by: 'logs' },
  },
  hangUpIs499: {
    belief: 'If a caller hangs up, `httpRequest` of the entry has the status 499.',
    source: "Google's front ends elsewhere.",
    otherwise: 'Callers who give up count as failures of the revision, or as good requests.',
    verify: 'Call a slow function, hang up, read the entry.',
    settled: { by: 'logs' },
  },
} as const satisfies Beliefs;
