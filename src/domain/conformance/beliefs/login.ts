import type { Beliefs } from '../belief.ts';

const job = 'The token of a job on GitHub is needed.';

/** What only a job on GitHub can show. */
export const loginBeliefs = {
  federatedTokenLives300s: {
    belief: 'A federated access token lives as long as the OIDC token, about 300 s.',
    source:
      "Measured by others: `expires_in` is the rest of the token's life, at most an hour (dependabot/proxy#262).",
    otherwise: 'Tokens are asked for too often, or too late. The action reads `expires_in` in any case.',
    verify: 'Exchange a token, read `expires_in`.',
    settled: { by: 'login' },
  },
  stsWordsItsErrors: {
    belief:
      'STS words its errors for a wrong audience, a bad signature and a token that is no JWT as `sandbox/identity/sts.ts` does.',
    source:
      'Others measured it in 2026 for issuer, audience, staleness, signature and disabled provider. The rest is from the error lists of google-github-actions/auth.',
    otherwise: "The message of a failed login shows Google's sentence without our cause and repair.",
    verify: 'Exchange a token of each kind.',
    settled: { by: 'login' },
  },
  stsNamesIssuer: {
    belief: 'The error for a token of another issuer ends in "does not match the expected ones: ISSUER".',
    source: 'Users\' reports. Another measurement ends in "the expected one in config".',
    otherwise: "The message of a failed login shows Google's sentence without our cause and repair.",
    verify: 'Exchange a token of another issuer.',
    settled: { by: 'login' },
  },
  missingClaimStaysUnset: {
    belief: 'If a claim is missing, its attribute stays unset. Only `google.subject` must exist.',
    source: 'No page. Measured: the condition is evaluated before the subject is checked.',
    otherwise: 'A login fails in jobs without an environment, and the doctor calls the mapping good.',
    verify: 'Map `attribute.environment=assertion.environment`, log in from a job without an environment.',
    settled: { not: 'github', why: `${job} The mapping of your provider would have to change for it.` },
  },
  sudoMakesNamespace: {
    belief:
      'On `ubuntu-24.04` an ordinary user may not make a namespace (AppArmor), so that `command` of the smoke test is isolated by `sudo -n unshare`. A container job, which is root without CAP_SYS_ADMIN, runs the function as the owner of the workspace.',
    source:
      "Both ways were tried with a real `sudo` and with root without that capability, not on GitHub's runners.",
    otherwise:
      'The action warns that the function is not isolated, because it looks around before it starts the function.',
    verify:
      'Run `smoke-test` with `isolation: required` in a job on `ubuntu-24.04`, once with `container:` and once without.',
    settled: { not: 'github', why: "Only GitHub's own runners show it." },
  },
} as const satisfies Beliefs;
