/** What is recorded: the calls of someone who deploys to Cloud Run with gcloud, or with Google's action, before moving to this project. */

export interface Call {
  /** Who calls, and what: the first field of its lines. */
  client: string;
  /** A command line of gcloud, or the inputs of deploy-cloudrun@v3. */
  gcloud?: string;
  inputs?: Record<string, string>;
}

/** The sandbox of a recording, and of its replay. */
export const world = {
  ...{ project: 'p1', projectNumber: '123', region: 'us-central1' },
  ...{ buildMs: 20, trafficSettleMs: 20, logLagMs: 0 },
};

const here = '--region=us-central1';
const image = 'us-docker.pkg.dev/cloudrun/container/hello';
const fn = '--source=src --entry-point=ocr';

const lines = [
  `gcloud run deploy web ${here} --image=${image} --no-allow-unauthenticated --set-env-vars=A=b --memory=1Gi`,
  `gcloud run deploy web ${here} --image=${image} --no-traffic --tag=next --update-env-vars=C=d --concurrency=20`,
  `gcloud run services describe web ${here}`,
  `gcloud run services update-traffic web ${here} --to-tags=next=50`,
  `gcloud run services update-traffic web ${here} --to-latest`,
  `gcloud run deploy fn ${here} --function=ocr --source=src --base-image=nodejs22 --no-allow-unauthenticated`,
  `gcloud functions deploy ocr ${here} --runtime=nodejs22 --trigger-http ${fn} --no-allow-unauthenticated`,
  `gcloud functions detach ocr ${here}`,
  `gcloud run services describe ocr ${here}`,
];

const action = (what: string, inputs: Record<string, string>): Call => ({
  client: `deploy-cloudrun v3.0.1: ${what}`,
  inputs: { service: 'site', region: 'us-central1', ...inputs },
});

export const calls: readonly Call[] = [
  ...lines.map((gcloud) => ({ client: `gcloud 528: ${gcloud}`, gcloud })),
  action('a new service', { image, env_vars: 'A=b,C=d', labels: 'team=vision', timeout: '2m' }),
  action('a revision without traffic', {
    image,
    env_vars: 'A=e',
    secrets: 'KEY=key:1',
    no_traffic: 'true',
    tag: 'next',
  }),
  action('traffic', { image, revision_traffic: 'LATEST=100' }),
];
