/** Entries of the catalogues that no scene plays, and why. Each command of theirs still runs alone (../effects.test.ts). */
export const notPlayed: readonly (readonly [entry: RegExp, why: string])[] = [
  [
    /^(cause|mistake:|login|code) ?.*(billing|perimeter)/,
    'an administrator of the billing or of the perimeter decides',
  ],
  [
    /^(cause (org-policy|member-refused)|mistake: (member of|ingress forbidden|location forbidden)|cause: a constraint)/,
    'an administrator of the organisation decides what its policy allows',
  ],
  [/quota|requests per minute/, 'a quota per minute passes by itself, and Google decides about a higher one'],
  [
    /^(cause|mistake:) (peer|build-script|main-file|entry|port-missing|crash|TypeScript|source_dir|Python|lock)|yarn|pnpm/,
    'the source has to change; the command shows what is wrong with it',
  ],
  [
    /(build-too-slow|build times out|start-too-slow|slow start)/,
    'the same run may succeed; the command shows the last runs',
  ],
  [/image-missing|cleanup policy/, 'the sandbox keeps its images; the next deploy makes a new one'],
  [
    /(project-missing|project id misspelt|build-account-missing|runtime-account-missing|account deleted|account-missing)/,
    'the sandbox says what Google says to a stranger: that a permission is missing, or that it may not exist',
  ],
  [
    /^drill drill-balancer-left/,
    'somebody else has to take the note of an exercise away in its middle, as test/steps/drill/failover.test.ts does',
  ],
  [/worker-pool/, 'the sandbox has no private pools'],
  [/certificate-time|clock|token-stale/, 'the clock of the machine'],
  [/name-unknown|connection-refused|DNS|firewall|network-failed/, 'the network of the machine'],
  [
    /^(code|a key|functions and services|traffic|an image|a deploy that failed)/,
    'a look at what there is, for a reader',
  ],
  [
    /^guard, |guard no-preventive-policy|guard anonymous-answer/,
    'advice or a look, which no run needs to succeed',
  ],
  [
    /^login (unknown|delegation-refused|refused as|federation)/,
    'words in capitals, or a console outside of Google Cloud',
  ],
  [
    /^drill drill-(one-region|copy-near)/,
    'it makes a bucket, whose name the next run takes as the copy; ../effects.test.ts runs both commands',
  ],
  [
    /^doctor login-(unread|mapping|issuer|condition|uploaded-keys)/,
    'the login fails first, and its scene plays the same command',
  ],
  [/^doctor login-(member|provider)/, 'the login fails first, and its scene plays the same command'],
  [/^doctor login-stranger-look-alike-/, 'the same command as its neighbour, login-stranger-look-alike'],
  [
    /^setting /,
    'printed if a write fails in the middle of a release: test/sweep ends there, and test/steps/release compares what is put back',
  ],
  [
    /^login (audience-mismatch, a list|impersonation-denied, a grant|mapping-type, )/,
    'another start of a scene that is played',
  ],
  [
    /^login provider-unusable, a?/,
    'after such a failure the run has no token to read the state; the list is played',
  ],
  [/^login signing-denied/, 'a user of a Workspace has to exist; test/e2e/auth-tools has the signature'],
  [
    /^guard (insecure-http|iap-public|images-readable|quasi-public-pool|public-on-account)/,
    'test/gcp/exposure has the finding, ../effects.test.ts the command',
  ],
  [
    /image of another project|image that the deployer may not read/,
    'test/e2e/image-of-another-project plays the two refusals and the run with both grants, and gcloud runs each grant',
  ],
  [
    /^preflight.*(storage\.(buckets\.create|objects\.)|repositories\.create|run\.operations\.get|builds\.list|operations\.list|functions\.list|projects\.get on|serving account|setIamPolicy|run\.services\.(create|list)|run\.revisions\.list|serviceusage\.services\.get|logging\.sinks\.get|downloadArtifacts|monitoring\.alerts\.list|dockerimages\.list|repositories\.get|runtimes\.list|image that|the caller)/,
    'a warning or a note, with which the run goes on, or a need of another driver',
  ],
  [
    /^preflight apigateway\.(apis\.create|gateways\.(create|list)|apiconfigs\.(list|delete|update)) /,
    'a note, with which the run goes on; test/steps/gateway/enough.test.ts takes each of them away',
  ],
  [
    /^a call that Cloud Run refuses/,
    'test/e2e/smoke-action has the refusal, and the preflight finds it before',
  ],
  [
    /^aws, a Prometheus/,
    'the command of its neighbour for CloudWatch with another policy, and the stand-in for Prometheus has no roles',
  ],
  [/^cause: /, 'a refusal whose role or resource is not known; the command looks for it'],
  [
    /^mistake: (API off, without|build account (may|without)|secret version that is destroyed|region of another|connector that|logs not|metrics not|run permission|closing|folder policy)/,
    'the row of another mistake that is played',
  ],
  [/of a job that names only the project$/, 'the row is played with more names'],
  [/^login local,/, 'a person logs in at a prompt; test/e2e has the command line'],
  [
    /^doctor (logs|rollback)/,
    'a reader looks at the logs, or decides about the traffic; nothing has failed for the login',
  ],
  [
    /^doctor login-stranger-pull-request-target/,
    'the same command as its neighbour, login-stranger-pull-request',
  ],
];
