import type { Beliefs } from '../belief.ts';

/** About the monitoring systems of others, which no run on a project of Google Cloud can show. */
export const monitorBeliefs = {
  datadogAudience: {
    belief:
      "Datadog takes GitHub's token for an organisation if its audience is `datadog/` and the UUID of the organisation.",
    source:
      "The reference of the method `delegated-token` takes the token of a cloud's identity provider. Datadog's own Terraform provider uses this audience for the tokens of Terraform.",
    otherwise: 'A login with datadog_org is refused before anything changes. Keys and access tokens work.',
    verify: 'Map GitHub to a service account, and run a dry run with datadog_org.',
    settled: { not: 'extra', why: 'An organisation in Datadog is needed.' },
  },
  datadogPointTime: {
    belief:
      'A point of Datadog counts what began at its time or later, or, as some users read it, half a step before.',
    source:
      'The page on rollups aligns steps to the clock. argo-rollouts#3665 reads the time as the middle of the step.',
    otherwise:
      'A minute next to a change of traffic is counted for the wrong side. Both readings are allowed for, so only a third one would do that.',
    verify: 'Send one count at the end of a minute, and read the time of its point.',
    settled: { not: 'extra', why: 'An organisation in Datadog is needed.' },
  },
} as const satisfies Beliefs;
