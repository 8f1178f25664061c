import type { Beliefs } from '../belief.ts';

const costly = {
  not: 'extra',
  why: 'A gateway takes minutes to come and to go, and its project needs API Gateway, Service Management and Service Control.',
} as const;

/** About API Gateway, in front of the function, and about what GitHub is told of a release. */
export const gatewayBeliefs = {
  markerTellsConfiguration: {
    belief:
      'Without a credential, a gateway answers a secured path of its configuration in another way than a path that no configuration names. So a path whose name holds the id of the configuration tells which one answers.',
    source:
      "Published tests of ESPv2, the open data plane of this family: 401 and 404 with a message of its own. The gateway's runtime changed in June 2026, and no page has its answers.",
    otherwise:
      'No configuration is ever proved: each release of a gateway is taken back, with the two codes in its reason. Nothing is left open.',
    verify:
      'Make a gateway from a document with one path that asks for a key. `curl -i https://HOST/THAT-PATH` and `curl -i https://HOST/no-such-path` have to differ in status or message.',
    settled: costly,
  },
  gatewayRefusals: {
    belief:
      'A gateway refuses a caller itself with 400, 401, 403 or 404, and its body is `{"code": …, "message": …}`. An invalid key gets 400, and a missing one 401.',
    source:
      'Published tests of ESPv2. The release note of June 2026 names other codes for gRPC alone. The sandbox has other codes as a setting (`gatewayRefusals`), and no test depends on one.',
    otherwise:
      'A refusal with another code counts as an answer of the function, so the proof fails and the gateway goes back.',
    verify:
      '`curl -i` a secured path without a key, with `x-api-key: wrong`, and with a token for another audience.',
    settled: costly,
  },
  gatewayMoveIsRead: {
    belief:
      'After a PATCH of `apiConfig`, a GET of the gateway names the new configuration at once or while it is UPDATING, and a second PATCH meanwhile is refused with FAILED_PRECONDITION or ABORTED.',
    source: 'The state UPDATING in the reference. gcloud waits for the operation and reads the gateway then.',
    otherwise:
      'A move whose answer was lost is sent again, which changes nothing, or a way back is overtaken by it. The gateway is looked at three times more after a way back.',
    verify: 'PATCH the gateway, GET it every second, and PATCH it a second time meanwhile.',
    settled: costly,
  },
  optionsIsOrdinary: {
    belief:
      'A gateway handles OPTIONS like any other method: it answers only where the document has it, asks for the security that stands there, and hands it on to the backend.',
    source:
      'The page on CORS is about Cloud Endpoints (`allowCors`). The pages of API Gateway do not name it. Users report that a preflight is refused until the document lists OPTIONS without security.',
    otherwise:
      'A preflight that the gateway answers itself reaches no function, so `gateway-preflight` warns of nothing.',
    verify:
      'List OPTIONS without security, `curl -i -X OPTIONS -H "origin: https://a.example" -H "access-control-request-method: POST" https://HOST/PATH`, and look into the log of the function.',
    settled: costly,
  },
  linkedArtifactsRefuse: {
    belief:
      'GitHub answers 422 to a deployment record with a field or a value that it does not know, and to a digest that has another name in another record. It answers 404 to an owner who is no organisation.',
    source: 'The reference names 200 alone. Other calls of its API answer so.',
    otherwise:
      'The warning about a record that was not taken has another status. The release is not affected.',
    verify:
      '`gh api -i orgs/ORG/artifacts/metadata/deployment-record -f name=a -f digest=sha256:… -f status=other`, and the same digest under two names.',
    settled: { not: 'extra', why: 'It needs an organisation on GitHub and `artifact-metadata: write`.' },
  },
} as const satisfies Beliefs;
