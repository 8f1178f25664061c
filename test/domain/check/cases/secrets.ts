import { auth, type Cases, command, file, provider, steps, terraform } from './case.ts';

/** A key that parses, made for this test alone: the DER of a PKCS#8 sequence that holds no key of anyone. */
const der = (() => {
  const body = Buffer.alloc(1214, 7);
  return Buffer.concat([Buffer.from([0x30, 0x82, (body.length >> 8) & 0xff, body.length & 0xff]), body]);
})();
const key = JSON.stringify(
  {
    type: 'service_account',
    project_id: 'p',
    private_key: `${'-----BEGIN '}PRIVATE KEY-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`,
    client_email: 'a@p.iam.gserviceaccount.com',
  },
  null,
  2,
);
const login = `- uses: ${auth}\n  with: { workload_identity_provider: ${provider} }`;

export const secretCases: Cases = {
  'key-login': {
    bad: [
      steps(`- uses: ${auth}\n  with:\n    credentials_json: \${{ secrets.GCP }}`),
      command('printf %s "$KEY" > key.json\ngcloud auth activate-service-account --key-file=key.json'),
      command('gcloud iam service-accounts keys create key.json --iam-account=a@p.iam.gserviceaccount.com'),
      steps(
        '- run: echo "$KEY" > /tmp/key.json\n  env:\n    KEY: ${{ secrets.GCP_KEY }}\n- run: terraform apply\n  env:\n    GOOGLE_APPLICATION_CREDENTIALS: /tmp/key.json',
      ),
      steps(
        '- uses: docker/login-action@08eba0b27e820071cde6df949e0beb9ba4906955\n  with:\n    registry: europe-docker.pkg.dev\n    username: _json_key\n    password: ${{ secrets.GCP_KEY }}',
      ),
    ],
    good: [
      steps(login),
      command('gcloud auth login --cred-file="$GOOGLE_GHA_CREDS_PATH"'),
      command('echo "gcloud auth activate-service-account --key-file=x is not what we do"'),
      steps(
        `${login}\n- run: gcloud auth print-access-token | docker login -u oauth2accesstoken --password-stdin europe-docker.pkg.dev`,
      ),
    ],
  },
  'key-committed': {
    bad: [
      file('sa.json', key, 'json'),
      file('config/values.yaml', `key: ${Buffer.from(key).toString('base64')}\n`, 'yaml'),
      file('src/config.ts', `export const credentials = ${JSON.stringify(JSON.parse(key))};\n`, 'js'),
    ],
    good: [
      file('sa.json', key.replace(/M?[A-Za-z0-9+/=\\n]{200,}/, 'not a key'), 'json'),
      file('creds.json', '{ "type": "external_account", "audience": "x" }', 'json'),
      file(
        'docs/example.json',
        '{ "type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----" }',
        'json',
      ),
    ],
  },
  'secret-as-variable': {
    bad: [
      steps(
        '- uses: google-github-actions/deploy-cloud-functions@08eba0b27e820071cde6df949e0beb9ba4906955\n  with:\n    name: ocr\n    environment_variables: API_KEY=${{ secrets.OCR_KEY }}',
      ),
      steps(
        '- run: gcloud run deploy ocr --set-env-vars="API_KEY=$KEY,MODE=fast"\n  env:\n    KEY: ${{ secrets.OCR_KEY }}',
      ),
      terraform(
        'resource "google_cloudfunctions2_function" "x" {\n  name = "ocr"\n  service_config {\n    environment_variables = {\n      DB_PASSWORD = data.google_secret_manager_secret_version.db.secret_data\n    }\n  }\n}\n',
      ),
      command('gcloud functions deploy ocr --set-env-vars DB_PASSWORD=hunter2hunter2'),
      command(
        'gcloud run deploy ocr --set-env-vars=GCP_PROJECT=${{ secrets.GCP_PROJECT }},DATABASE_URL=${{ secrets.DB_URL }}',
      ),
    ],
    good: [
      command(
        'gcloud run deploy ocr --set-secrets=API_KEY=ocr-key:3 --set-env-vars=API_KEY_NAME=ocr-key,TOKEN_URL=https://x.example',
      ),
      command(
        'gcloud run deploy ocr --set-env-vars="GCP_PROJECT=${{ secrets.GCP_PROJECT }},API_HOST=${{ secrets.HOST }},OUT_BUCKET=${{ secrets.BUCKET }}"',
      ),
      command(
        'gcloud run deploy page --set-env-vars=ORIGIN_TRIAL_TOKEN=abcdefghijklmnop,STRIPE_KEY=pk_live_abcdefghijkl',
      ),
      steps(
        '- uses: google-github-actions/deploy-cloud-functions@08eba0b27e820071cde6df949e0beb9ba4906955\n  with:\n    name: ocr\n    environment_variables: MODE=fast\n    secrets: API_KEY=ocr-key:3',
      ),
      terraform(
        'resource "google_cloud_run_v2_service" "x" {\n  template {\n    containers {\n      env {\n        name  = "MODE"\n        value = "fast"\n      }\n    }\n  }\n}\n',
      ),
    ],
  },
  'secret-latest': {
    bad: [
      command('gcloud run deploy ocr --set-secrets=API_KEY=ocr-key:latest'),
      steps(
        '- uses: google-github-actions/deploy-cloudrun@08eba0b27e820071cde6df949e0beb9ba4906955\n  with:\n    service: ocr\n    image: x\n    secrets: |\n      A=one:1\n      B=two:latest',
      ),
      terraform(
        'resource "google_cloudfunctions2_function" "x" {\n  service_config {\n    secret_environment_variables {\n      key     = "API_KEY"\n      secret  = "ocr-key"\n      version = "latest"\n    }\n  }\n}\n',
      ),
    ],
    good: [
      command('gcloud run deploy ocr --set-secrets=API_KEY=ocr-key:7'),
      command('gcloud run deploy ocr --set-secrets=/etc/key=ocr-key:latest'),
      terraform(
        'resource "google_cloudfunctions2_function" "x" {\n  service_config {\n    secret_environment_variables {\n      key     = "API_KEY"\n      secret  = "ocr-key"\n      version = "7"\n    }\n  }\n}\n',
      ),
    ],
  },
  'env-in-upload': {
    bad: [
      command('cp config/.env functions/ocr/ && gcloud functions deploy ocr --source functions/ocr'),
      command('gcloud functions deploy ocr --source=functions/ocr', {
        'functions/ocr/index.js': '',
        'functions/ocr/.env.production': 'KEY=x',
      }),
      steps(
        '- run: echo "KEY=$KEY" > functions/ocr/.env\n- uses: google-github-actions/deploy-cloud-functions@08eba0b27e820071cde6df949e0beb9ba4906955\n  with: { name: ocr, source_dir: functions/ocr }',
        { 'functions/ocr/index.js': '' },
      ),
      command('gcloud run deploy ocr --source .', {
        'infra/terraform.tfstate': '{}',
        '.gcloudignore': 'node_modules\n',
      }),
    ],
    good: [
      command('gcloud functions deploy ocr --source=functions/ocr', {
        'functions/ocr/index.js': '',
        'functions/ocr/.env.example': 'KEY=',
        'functions/ocr/.env-dist': 'KEY=',
        'functions/ocr/.env.production.sample': 'KEY=',
      }),
      // The build puts these values into the page.
      command('gcloud run deploy page --source=page', {
        'page/index.js': '',
        'page/.env.development': '# local\nVITE_API_KEY=demo\nNEXT_PUBLIC_SITE=x\n',
      }),
      command('gcloud functions deploy ocr --source=functions/ocr', {
        'functions/ocr/index.js': '',
        'functions/ocr/.env': 'A=1',
        'functions/ocr/.gcloudignore': '.env\n',
      }),
      command('cp config/.env functions/other/ && gcloud functions deploy ocr --source functions/ocr', {
        'functions/ocr/index.js': '',
      }),
    ],
  },
  'creds-swept': {
    bad: [
      steps(`${login}\n- run: docker build -t x .`, { Dockerfile: 'FROM node:24\nCOPY . .\n' }),
      steps(
        `${login}\n- uses: actions/upload-artifact@08eba0b27e820071cde6df949e0beb9ba4906955\n  with: { name: x, path: . }`,
      ),
      steps(`${login}\n- run: git add -A && git commit -m x && git push`),
    ],
    good: [
      steps(
        `- uses: ${auth}\n  with:\n    workload_identity_provider: ${provider}\n    create_credentials_file: false\n- run: docker build -t x .`,
        { Dockerfile: 'FROM node:24\nCOPY . .\n' },
      ),
      steps(`${login}\n- run: docker build -t x .`, {
        Dockerfile: 'FROM node:24\nCOPY . .\n',
        '.dockerignore': 'gha-creds-*.json\n',
      }),
      steps(`- run: docker build -t x .\n${login}`, { Dockerfile: 'FROM node:24\nCOPY . .\n' }),
      steps(`${login}\n- run: docker build -t x .`, {
        Dockerfile: 'FROM node:24\nCOPY package.json src ./\n',
      }),
    ],
  },
};
