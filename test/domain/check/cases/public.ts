import {
  type Cases,
  change,
  command,
  file,
  ours,
  program,
  pulumi,
  steps,
  terraform,
  workflow,
} from './case.ts';

export const publicCases: Cases = {
  'public-flag': {
    bad: [
      command('gcloud functions deploy ocr --trigger-http --allow-unauthenticated'),
      command(
        'FLAGS=(\n  --region europe-west1\n  --allow-unauthenticated\n)\ngcloud run deploy ocr --source . \\\n  "${FLAGS[@]}"',
      ),
      command('make deploy', {
        Makefile:
          'GCLOUD ?= gcloud\ndeploy: build\n\t@$(GCLOUD) run deploy ocr \\\n\t\t--allow-unauthenticated\nbuild:\n\techo built\n',
      }),
      command(
        "bash <<'EOF'\nsudo gcloud beta run deploy ocr --no-allow-unauthenticated --allow-unauthenticated\nEOF",
      ),
      command('npm run ship', {
        'package.json': '{ "scripts": { "ship": "gcloud run deploy ocr --allow-unauthenticated" } }',
      }),
      command('cd scripts && ./deploy.sh', {
        'scripts/deploy.sh':
          '#!/bin/bash\nset -e\nPUBLIC="--allow-unauthenticated"\ngcloud run deploy ocr $PUBLIC\n',
      }),
      steps(
        "- uses: google-github-actions/deploy-cloudrun@08eba0b27e820071cde6df949e0beb9ba4906955\n  with:\n    service: ocr\n    image: x\n    flags: '--allow-unauthenticated --cpu=1'",
      ),
      file(
        'cloudbuild.yaml',
        "steps:\n  - name: gcr.io/google.com/cloudsdktool/cloud-sdk\n    entrypoint: gcloud\n    args: [run, deploy, ocr, '--allow-unauthenticated']\n",
        'yaml',
      ),
      terraform(
        'resource "null_resource" "deploy" {\n  provisioner "local-exec" {\n    command = "gcloud run deploy ${var.name} --allow-unauthenticated"\n  }\n}\n',
      ),
      terraform(
        'locals {\n  open = "--allow-unauthenticated"\n}\nresource "terraform_data" "deploy" {\n  provisioner "local-exec" {\n    interpreter = ["/bin/bash", "-c"]\n    environment = { FLAGS = local.open }\n    command     = <<-EOT\n      set -e\n      gcloud functions deploy ocr --trigger-http $FLAGS\n    EOT\n  }\n}\n',
      ),
      terraform(
        'resource "terraform_data" "deploy" {\n  provisioner "local-exec" {\n    working_dir = "../scripts"\n    command     = "./deploy.sh"\n  }\n}\n',
        { 'scripts/deploy.sh': 'gcloud run deploy ocr --allow-unauthenticated\n' },
      ),
      workflow(
        'on: push\nenv:\n  EXTRA: --allow-unauthenticated\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: gcloud run deploy ocr ${{ env.EXTRA }}\n',
      ),
    ],
    good: [
      command('gcloud functions deploy ocr --trigger-http --no-allow-unauthenticated'),
      command(
        '# never --allow-unauthenticated\necho "no --allow-unauthenticated here"\n! grep -r -- --allow-unauthenticated scripts',
      ),
      command('cat > note.txt <<EOF\ngcloud run deploy ocr --allow-unauthenticated\nEOF'),
      command('gcloud run deploy ocr --allow-unauthenticated --no-allow-unauthenticated'),
      file('docs/deploy.sh', 'gcloud run deploy demo --allow-unauthenticated\n', 'sh'),
      terraform(
        'resource "null_resource" "deploy" {\n  provisioner "local-exec" {\n    command = "gcloud run deploy ocr --no-allow-unauthenticated # no --allow-unauthenticated"\n  }\n  provisioner "local-exec" {\n    interpreter = ["python3", "-c"]\n    command     = "print(\'gcloud run deploy ocr --allow-unauthenticated\')"\n  }\n}\n',
      ),
    ],
  },
  'public-flags-file': {
    bad: [
      command('gcloud run deploy ocr --flags-file=flags.yaml', {
        'flags.yaml': '--allow-unauthenticated: true\n--cpu: 1\n',
      }),
      command('gcloud functions deploy ocr --flags-file deploy/flags.yaml', {
        'deploy/flags.yaml': '- --allow-unauthenticated:\n- --region: x\n',
      }),
      command('echo "--allow-unauthenticated: true" > f.yaml\ngcloud run deploy ocr --flags-file=f.yaml'),
    ],
    good: [
      command('gcloud run deploy ocr --flags-file=flags.yaml', { 'flags.yaml': '--cpu: 1\n' }),
      command('gcloud run deploy ocr --flags-file=elsewhere.yaml'),
      command('gcloud run deploy ocr --flags-file=flags.yaml', {
        'flags.yaml': '--allow-unauthenticated: false\n',
      }),
    ],
  },
  'public-binding': {
    bad: [
      terraform(
        'resource "google_cloud_run_v2_service_iam_member" "x" {\n  name   = "ocr"\n  role   = "roles/run.invoker"\n  member = "allUsers"\n}\n',
      ),
      terraform(
        'locals {\n  callers = concat(["allAuthenticatedUsers"], ["user:a@example.com"])\n}\nresource "google_cloudfunctions2_function_iam_binding" "x" {\n  cloud_function = "ocr"\n  role           = "roles/cloudfunctions.invoker"\n  members        = local.callers\n}\n',
      ),
      terraform(
        'resource "google_cloud_run_service_iam_member" "x" {\n  for_each = toset(["allUsers", "user:a@example.com"])\n  service  = "ocr"\n  role     = "roles/run.invoker"\n  member   = each.value\n}\n',
      ),
      terraform(
        'data "google_iam_policy" "open" {\n  binding {\n    role    = "roles/run.invoker"\n    members = ["allUsers"]\n  }\n}\n',
      ),
      command('gcloud run services add-iam-policy-binding ocr --member="allUsers" --role=roles/run.invoker'),
      command('gcloud functions add-invoker-policy-binding ocr --member allAuthenticatedUsers'),
      file(
        'k8s/iam.yaml',
        'apiVersion: iam.cnrm.cloud.google.com/v1beta1\nkind: IAMPolicyMember\nspec:\n  member: allUsers\n  role: roles/run.invoker\n  resourceRef: { kind: RunService, name: ocr }\n',
        'yaml',
      ),
      terraform('module "svc" {\n  source  = "./svc"\n  callers = ["allUsers"]\n}\n', {
        'svc/main.tf':
          'variable "callers" { type = list(string) }\nresource "google_cloud_run_v2_service_iam_binding" "x" {\n  name    = "ocr"\n  role    = "roles/run.invoker"\n  members = var.callers\n}\n',
      }),
      file(
        'main.tf.json',
        '{\n  "resource": {\n    "google_cloud_run_v2_service_iam_member": {\n      "open": { "name": "ocr", "role": "roles/run.invoker", "member": "allUsers" }\n    }\n  }\n}\n',
        'json',
      ),
      file(
        'main.tf.json',
        '{\n  "variable": { "callers": { "default": ["allUsers"] } },\n  "resource": [\n    { "google_cloudfunctions2_function_iam_binding": { "x": [{ "role": "roles/cloudfunctions.invoker", "members": "${var.callers}" }] } }\n  ]\n}\n',
        'json',
      ),
      pulumi(
        'resources:\n  open:\n    type: gcp:cloudrunv2:ServiceIamMember\n    properties:\n      name: ocr\n      role: roles/run.invoker\n      member: allUsers\n',
      ),
      pulumi(
        'config:\n  callers: { default: user:a@example.com }\nresources:\n  open:\n    type: gcp:cloudfunctionsv2/functionIamMember:FunctionIamMember\n    properties:\n      role: roles/cloudfunctions.invoker\n      member: ${callers}\n',
        { 'infra/Pulumi.prod.yaml': 'config:\n  ocr:callers: allAuthenticatedUsers\n' },
      ),
      program(
        'index.ts',
        "import * as gcp from '@pulumi/gcp';\nconst service = new gcp.cloudrunv2.Service('ocr', { location });\nnew gcp.cloudrunv2.ServiceIamMember('open', {\n  name: service.name,\n  role: 'roles/run.invoker',\n  member: 'allUsers',\n});\n",
        'nodejs',
      ),
      program(
        '__main__.py',
        "import pulumi_gcp as gcp\n\ngcp.cloudrun.IamBinding(\n    'open',\n    service=service.name,  # the name of the service\n    role='roles/run.invoker',\n    members=['allUsers'],\n)\n",
        'python',
      ),
    ],
    good: [
      terraform(
        'resource "google_cloud_run_v2_service_iam_member" "x" {\n  name   = "ocr"\n  role   = "roles/run.invoker"\n  member = "serviceAccount:caller@p.iam.gserviceaccount.com"\n}\n',
      ),
      terraform(
        'resource "google_storage_bucket_iam_member" "site" {\n  bucket = "site"\n  role   = "roles/storage.objectViewer"\n  member = "allUsers"\n}\n',
      ),
      command('gcloud run services remove-iam-policy-binding ocr --member=allUsers --role=roles/run.invoker'),
      terraform(
        '# member = "allUsers"\nresource "google_cloud_run_v2_service_iam_member" "x" {\n  name   = "ocr"\n  role   = "roles/run.viewer"\n  member = "allUsers"\n}\n',
      ),
      pulumi(
        'resources:\n  one:\n    type: gcp:cloudrunv2:ServiceIamMember\n    properties: { name: ocr, role: roles/run.invoker, member: user:a@example.com }\n  site:\n    type: gcp:storage:BucketIAMMember\n    properties: { bucket: site, role: roles/storage.objectViewer, member: allUsers }\n',
      ),
      program(
        'index.ts',
        "import * as gcp from '@pulumi/gcp';\n// new gcp.cloudrunv2.ServiceIamMember('open', { role: 'roles/run.invoker', member: 'allUsers' });\nnew gcp.cloudrunv2.ServiceIamMember('one', { role: 'roles/run.invoker', member: caller.member });\nnew gcp.storage.BucketIAMMember('site', { role: 'roles/storage.objectViewer', member: 'allUsers' });\n",
        'nodejs',
      ),
    ],
  },
  'invoker-check-off': {
    bad: [
      terraform(
        'resource "google_cloud_run_v2_service" "x" {\n  name                 = "ocr"\n  invoker_iam_disabled = true\n}\n',
      ),
      command('gcloud run services update ocr --no-invoker-iam-check'),
      file(
        'service.yaml',
        "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  annotations:\n    run.googleapis.com/invoker-iam-disabled: 'True'\n",
        'yaml',
      ),
      file('service.json', '{ "template": {}, "invokerIamDisabled": true }', 'json'),
      file(
        'main.tf.json',
        '{ "resource": { "google_cloud_run_v2_service": { "x": { "name": "ocr", "invoker_iam_disabled": true } } } }',
        'json',
      ),
      pulumi(
        'resources:\n  ocr:\n    type: gcp:cloudrunv2:Service\n    properties:\n      location: europe-west1\n      invokerIamDisabled: true\n',
      ),
      program(
        'index.ts',
        "new gcp.cloudrunv2.Service('ocr', { location: 'europe-west1', invokerIamDisabled: true });\nimport * as gcp from '@pulumi/gcp';\n",
        'nodejs',
      ),
      program(
        '__main__.py',
        "import pulumi_gcp as gcp\n\nocr = gcp.cloudrunv2.Service('ocr', location='europe-west1', invoker_iam_disabled=True)\n",
        'python',
      ),
    ],
    good: [
      terraform(
        'resource "google_cloud_run_v2_service" "x" {\n  name                 = "ocr"\n  invoker_iam_disabled = false\n}\n',
      ),
      command('gcloud run services update ocr --no-invoker-iam-check --invoker-iam-check'),
      file(
        'service.yaml',
        "metadata:\n  annotations:\n    run.googleapis.com/invoker-iam-disabled: 'false'\n",
        'yaml',
      ),
    ],
  },
  'firebase-public': {
    bad: [
      file(
        'functions/index.js',
        "const { onRequest } = require('firebase-functions/v2/https');\nexports.ocr = onRequest({ region: 'europe-west1' }, (req, res) => res.send('x'));\n",
        'js',
      ),
      file(
        'functions/src/index.ts',
        "import { onRequest } from 'firebase-functions/https';\nexport const ocr = onRequest((req, res) => { res.send('x'); });\n",
        'js',
      ),
      file(
        'functions/main.py',
        "from firebase_functions import https_fn\n\n@https_fn.on_request(region='x')\ndef ocr(req):\n    return 'x'\n",
        'text',
      ),
    ],
    good: [
      file(
        'functions/index.js',
        "const { onRequest } = require('firebase-functions/v2/https');\nexports.ocr = onRequest({ invoker: 'private' }, (req, res) => res.send('x'));\n",
        'js',
      ),
      file(
        'functions/index.js',
        "const { onRequest } = require('firebase-functions/v2/https');\nconst { setGlobalOptions } = require('firebase-functions');\nsetGlobalOptions({ invoker: 'private' });\nexports.ocr = onRequest((req, res) => res.send('x'));\n",
        'js',
      ),
      file(
        'functions/index.js',
        "const { onCall } = require('firebase-functions/v2/https');\n// onRequest({}, f)\nexports.ocr = onCall((data) => data);\n",
        'js',
      ),
    ],
  },
  'deploy-unguarded': {
    bad: [
      command('gcloud functions deploy ocr --trigger-http --no-allow-unauthenticated'),
      steps(
        '- uses: google-github-actions/deploy-cloud-functions@08eba0b27e820071cde6df949e0beb9ba4906955\n  with: { name: ocr, runtime: nodejs24 }',
      ),
      command('bash deploy.sh', { 'deploy.sh': 'gcloud functions deploy ocr --trigger-http\n' }),
    ],
    good: [
      steps(
        `- run: gcloud functions deploy ocr --trigger-http --no-allow-unauthenticated\n- uses: ${ours('guard')}\n  with: { name: ocr }`,
      ),
      steps(`- uses: ${ours()}\n  with: { name: ocr }`),
      command('gcloud functions deploy worker --trigger-topic=jobs'),
    ],
  },
  'guard-softened': {
    bad: [
      steps(`- uses: ${ours('guard')}\n  continue-on-error: true\n  with: { name: ocr }`),
      command('gcloud functions deploy ocr --no-allow-unauthenticated || true'),
      change(
        steps(`- uses: ${ours('guard')}\n  with: { name: ocr, mode: enforce }`),
        steps(`- uses: ${ours('guard')}\n  with: { name: ocr, mode: verify }`),
      ),
      change(
        steps(
          `- run: gcloud functions deploy ocr --trigger-http\n- uses: ${ours('guard')}\n  with: { name: ocr }`,
        ),
        command('gcloud functions deploy ocr --trigger-http'),
      ),
      change(
        steps(`- uses: ${ours()}\n  with: { name: ocr }`),
        steps(`- uses: ${ours()}\n  with: { name: ocr, policy: threshold }`),
      ),
      change(
        command('gcloud run deploy ocr'),
        command(
          '# backstay: ignore[public-flag] we want this\ngcloud run deploy ocr --allow-unauthenticated',
        ),
      ),
    ],
    good: [
      steps(`- uses: ${ours('guard')}\n  with: { name: ocr }`),
      command('gcloud run services describe ocr || true'),
      change(
        steps(`- uses: ${ours('guard')}\n  with: { name: ocr }`),
        steps(`- uses: ${ours('guard')}\n  with: { name: ocr, mode: enforce }`),
      ),
    ],
  },
};
