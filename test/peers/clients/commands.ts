/**
 * What people type around a release, in an order in which each finds what it needs: set-up, deploy, traffic, policies,
 * builds, logs, and the end. `SAMPLE` runs in CI, where gcloud is installed.
 */
export const commands = (
  project: string,
  region: string,
  image = 'us-docker.pkg.dev/cloudrun/container/hello',
): string[] => {
  const account = `shipper@${project}.iam.gserviceaccount.com`;
  const member = `--member=serviceAccount:${account}`;
  const role = '--role=roles/run.invoker';
  const here = `--region=${region}`;
  const pool = '--location=global';
  const provider = `${pool} --workload-identity-pool=github2`;
  return [
    `gcloud services enable sts.googleapis.com iamcredentials.googleapis.com iam.googleapis.com`,
    'gcloud services list --enabled',
    'gcloud services list --available',
    `gcloud iam workload-identity-pools create github2 ${pool}`,
    `gcloud iam workload-identity-pools providers create-oidc acme-ocr ${provider} --issuer-uri=https://token.actions.githubusercontent.com --attribute-mapping=google.subject=assertion.sub --attribute-condition="assertion.repository_id == '770001'"`,
    `gcloud iam workload-identity-pools providers update-oidc acme-ocr ${provider} --attribute-condition="assertion.repository_owner_id == '4211'"`,
    `gcloud iam workload-identity-pools list ${pool}`,
    `gcloud iam workload-identity-pools describe github2 ${pool}`,
    `gcloud iam workload-identity-pools providers list ${provider}`,
    `gcloud iam workload-identity-pools providers describe acme-ocr ${provider}`,
    `gcloud iam workload-identity-pools providers delete acme-ocr ${provider}`,
    `gcloud iam workload-identity-pools delete github2 ${pool}`,
    'gcloud iam service-accounts create shipper',
    'gcloud iam service-accounts list',
    `gcloud iam service-accounts describe ${account}`,
    `gcloud iam service-accounts add-iam-policy-binding ${account} --role=roles/iam.serviceAccountUser --member=user:mina@example.com`,
    `gcloud iam service-accounts remove-iam-policy-binding ${account} --role=roles/iam.serviceAccountUser --member=user:mina@example.com`,
    `gcloud iam service-accounts get-iam-policy ${account}`,
    `gcloud iam service-accounts keys list --iam-account=${account}`,
    `gcloud projects add-iam-policy-binding ${project} --role=roles/cloudfunctions.developer ${member}`,
    `gcloud projects remove-iam-policy-binding ${project} --role=roles/cloudfunctions.developer ${member}`,
    `gcloud projects get-iam-policy ${project}`,
    `gcloud projects describe ${project}`,
    `gcloud functions deploy ocr --gen2 ${here} --runtime=nodejs22 --trigger-http --source=src --entry-point=ocr --no-allow-unauthenticated`,
    'gcloud functions list',
    `gcloud functions describe ocr --gen2 ${here}`,
    `gcloud functions runtimes list ${here}`,
    'gcloud functions regions list',
    'gcloud run services list',
    `gcloud run services list ${here}`,
    `gcloud run services describe ocr ${here}`,
    `gcloud run revisions list --service=ocr ${here}`,
    `REVISION=$(gcloud run revisions list --service=ocr ${here} --format="value(metadata.name)")`,
    `gcloud run revisions describe $REVISION ${here}`,
    `gcloud run services update-traffic ocr ${here} --to-revisions=$REVISION=100`,
    `gcloud run services update-traffic ocr ${here} --set-tags=smoke=$REVISION`,
    `gcloud run services update-traffic ocr ${here} --to-latest`,
    `gcloud run services update ocr ${here} --invoker-iam-check`,
    `gcloud run services update ocr ${here} --ingress=internal`,
    `gcloud run services add-iam-policy-binding ocr ${here} ${role} ${member}`,
    `gcloud run services get-iam-policy ocr ${here}`,
    `gcloud run services remove-iam-policy-binding ocr ${here} ${role} ${member}`,
    'gcloud run regions list',
    `gcloud run deploy web ${here} --image=${image} --no-allow-unauthenticated`,
    `gcloud run deploy web ${here} --image=${image} --no-traffic --tag=next --set-env-vars=A=b --memory=1Gi --concurrency=20`,
    `gcloud run services update web ${here} --update-env-vars=C=d --min-instances=1`,
    `gcloud run services update-traffic web ${here} --to-tags=next=50`,
    `gcloud run services describe web ${here}`,
    `gcloud run deploy fn ${here} --function=ocr --source=src --base-image=nodejs22 --no-allow-unauthenticated`,
    `gcloud run deploy fn ${here} --function=ocr --source=src --base-image=nodejs22 --automatic-updates`,
    `gcloud run services delete fn ${here}`,
    `gcloud run services delete web ${here}`,
    `gcloud builds list ${here}`,
    `BUILD=$(gcloud builds list ${here} --format="value(id)")`,
    `gcloud builds describe $BUILD ${here}`,
    `gcloud builds log $BUILD ${here}`,
    `gcloud functions add-invoker-policy-binding ocr ${here} ${member}`,
    `gcloud functions get-iam-policy ocr --gen2 ${here}`,
    `gcloud functions logs read ocr --gen2 ${here}`,
    'gcloud logging write my-log hello',
    "gcloud logging read 'severity>=DEFAULT' --limit=2",
    'gcloud logging logs list',
    'gcloud logging buckets list',
    'gcloud logging sinks list',
    'gcloud secrets list',
    `gcloud artifacts repositories list --location=${region}`,
    'gcloud iam roles list',
    'gcloud iam roles describe roles/run.invoker',
    `gcloud functions detach ocr ${here}`,
    `gcloud run deploy ocr ${here} --function=ocr --source=src --base-image=nodejs22`,
    `gcloud run services delete ocr ${here}`,
    `gcloud functions deploy ocr --gen2 ${here} --runtime=nodejs22 --trigger-http --source=src --entry-point=ocr --no-allow-unauthenticated`,
    `gcloud functions delete ocr --gen2 ${here}`,
    `gcloud iam service-accounts disable ${account}`,
    `gcloud iam service-accounts delete ${account}`,
  ];
};

/** Commands that do not work on the sandbox, each with the words in docs/understand/sandbox.md that say why. */
export const notServed: readonly (readonly [command: RegExp, why: string])[] = [
  [/^gcloud builds log /, '`gcloud builds log`'],
  [
    /^node functions (policy|permissions)$/,
    '`getIamPolicy` and `testIamPermissions` of the Node client for Functions',
  ],
];

export const sample = (all: readonly string[]): string[] =>
  all.filter((command) =>
    /workload-identity-pools (create|providers create-oidc)|service-accounts create|functions deploy|run (services|revisions) (list|describe|update-traffic|delete)|run deploy|functions detach|REVISION=|builds list/.test(
      command,
    ),
  );
