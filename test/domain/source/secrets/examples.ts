// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are references of other tools.
import { crc32 } from 'node:zlib';

/** Secrets that were never issued: they are made when the test runs, so that no scanner finds them in this file. */

let state = 20_261_130;
function pick(alphabet: string): string {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return alphabet.charAt(Math.floor((state / 2 ** 32) * alphabet.length));
}
const of = (alphabet: string) => (length: number) => Array.from({ length }, () => pick(alphabet)).join('');

const digits = '0123456789';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lower = upper.toLowerCase();
const n = of(digits);
const hex = of(`${digits}abcdef`);
const a = of(digits + upper + lower);
const letters = of(upper + lower);
const u = of(digits + upper);
const l = of(digits + lower);
const w = of(`${digits}${upper}${lower}_`);
const b64 = of(`${digits}${upper}${lower}+/`);
const b32 = of(`${upper}234567`);
const uuid = () => [8, 4, 4, 4, 12].map(hex).join('-');

/** A token with the checksum that it would have. */
export function withChecksum(prefix: string, secret: string): string {
  const base62 = digits + upper + lower;
  let sum = '';
  for (let rest = crc32(secret); sum.length < 6; rest = Math.floor(rest / 62)) sum = base62[rest % 62] + sum;
  return `${prefix}_${secret}${sum}`;
}

export interface Example {
  what: string;
  /** Refused, in whatever file it is. */
  bad: string;
  /** Looks alike and passes. */
  good: string;
}

const example = (what: string, bad: string, good: string): Example => ({ what, bad, good });
/** The good example is the bad one without its last characters, as if it had been cut for a document. */
const cut = (what: string, bad: string): Example =>
  example(what, bad, `${bad.slice(0, Math.ceil(bad.length / 2))}...`);

const checked = ['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((prefix) => {
  const bad = withChecksum(prefix, a(30));
  return example(
    'a token of GitHub',
    bad,
    bad.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')),
  );
});
const npm = withChecksum('npm', a(30));
const azureKey = () => `${b64(86)}==`;
const storage = (key: string) =>
  `DefaultEndpointsProtocol=https;AccountName=acmedata;AccountKey=${key};EndpointSuffix=core.windows.net`;
const azurite = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const hosts: readonly Example[] = [
  ...checked,
  cut('a token of GitHub', `github_pat_${a(22)}_${a(59)}`),
  ...[
    'glpat-',
    'gldt-',
    'glrt-',
    'glrtr-',
    'glptt-',
    'glcbt-',
    'glsoat-',
    'glagent-',
    'gloas-',
    'glffct-',
    'glimt-',
  ].map((prefix) =>
    example('a token of GitLab', prefix + w(20), `${prefix}the-name-of-a-class-in-a-style-sheet`),
  ),
  cut('a token of GitLab', `glpat-${w(27)}.${l(2)}.${l(9)}`),
  cut('a token of Atlassian', `ATATT3xFf${w(180)}=${hex(8).toUpperCase()}`),
  cut('a token of Atlassian', `ATCTT3xFf${w(180)}=${hex(8).toUpperCase()}`),
  cut('a password of Bitbucket', `ATBB${a(32)}`),
  example('a token of npm', npm, 'npm_config_registry_is_the_name_of_a_variable'),
  cut('a token of PyPI', `pypi-AgEIcHlwaS5vcmc${w(120)}`),
  cut('a token of PyPI', `pypi-AgENdGVzdC5weXBpLm9yZ${w(120)}`),
  cut('a key of RubyGems', `rubygems_${hex(48)}`),
  cut('a key of NuGet', `oy2${l(43)}`),
  cut('a token of Docker Hub', `dckr_pat_${w(27)}`),
  cut('a token of Docker Hub', `dckr_oat_${w(32)}`),
  cut('a token of Clojars', `CLOJARS_${l(60)}`),
  cut('a key of Artifactory', `AKCp${a(69)}`),
  cut('a token of Artifactory', `cmVmdGtuO${a(55)}`),
  cut('a token of Buildkite', `bkua_${hex(40)}`),
  cut('a token of CircleCI', `CCIPAT_${a(22)}_${hex(40)}`),
  cut('a token of CircleCI', `CCIPRJ_${a(22)}_${hex(40)}`),
  cut('a token of Sourcegraph', `sgp_${hex(16)}_${hex(40)}`),
  cut('a token of SonarQube', `sqp_${hex(40)}`),
  cut('a token of SonarQube', `squ_${hex(40)}`),
  cut('a token of SonarQube', `sqa_${hex(40)}`),
  cut('a token of Netlify', `nfp_${a(36)}`),
  cut('a token of Postman', `PMAK-${hex(24)}-${hex(34)}`),
  example('a token of Octopus Deploy', `API-${u(26)}`, 'API-KEY-OF-THE-SERVICE-THAT-IS-MEANT'),
  cut('a token of Pulumi', `pul-${hex(40)}`),
  cut('a token of Prefect', `pnu_${a(36)}`),
  cut('a token of Prefect', `pnb_${a(36)}`),
  example('a token of Terraform Cloud', `${a(14)}.atlasv1.${a(67)}`, 'xxxxxxxxxxxxxx.atlasv1.zzzzzzzzzzzzz'),
];

const clouds: readonly Example[] = [
  example(
    'a key of AWS',
    `aws_secret_access_key = ${b64(40)}`,
    'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ),
  example(
    'a key of AWS',
    `AWS_SECRET_ACCESS_KEY: "${b64(40)}"`,
    'AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}',
  ),
  example(
    'a key of AWS',
    `secretAccessKey: '${b64(40)}',`,
    'secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY_OF_THE_JOB,',
  ),
  example('a key of AWS', `"SecretAccessKey": "${b64(40)}"`, '"SecretAccessKey": "<SECRET>"'),
  example('a key of AWS', `aws-secret-access-key=${b64(40)}`, `aws-secret-access-key=sha1-${hex(40)}`),
  example(
    'a key of AWS',
    `AWS_SECRET_KEY=${b64(40)}`,
    'AWS_SECRET_KEY=$(gcloud secrets versions access latest --secret=aws)',
  ),
  example('a key of AWS', `AKIA${b32(16)},${b64(40)}\n`, `AKIA${b32(16)} wrote ${hex(40)}`),
  example(
    'a key of AWS',
    `"ASIA${b32(16)}", "${b64(40)}"`,
    'AKIAIOSFODNN7EXAMPLE,wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ),
  cut('a key of AWS Bedrock', `ABSK${b64(120)}=`),
  example('a connection string of Azure', JSON.stringify({ storage: storage(azureKey()) }), storage(azurite)),
  example('a connection string of Azure', storage(azureKey()), storage('<key>')),
  example(
    'a connection string of Azure',
    `Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${b64(43)}=`,
    'Endpoint=sb://localhost;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;',
  ),
  example('a key of Azure', `AZURE_STORAGE_KEY=${azureKey()}`, `"integrity": "sha512-${azureKey()}"`),
  example('a key of Azure', `"accountKey": "${azureKey()}"`, '"accountKey": "the key of the account"'),
  example(
    'a client secret of Azure',
    `"AZURE_CLIENT_SECRET": "${w(32)}"`,
    'AZURE_CLIENT_SECRET=azure_client_secret_of_the_tests_only',
  ),
  example('a client secret of Azure', `${a(3)}8Q~${a(34)}`, '8Q~ is the mark of a secret'),
  example('a client secret of Azure', `${a(3)}7Q~${a(31)}`, `${a(20)}7Q~${a(60)}`),
  cut('a key of Azure Storage', `${b64(76)}+ASt${b64(6)}==`),
  cut('a key of Azure Cosmos DB', `${b64(76)}ACDb${b64(6)}==`),
  cut('a key of Azure Batch', `${b64(76)}+ABa${b64(6)}==`),
  cut('a key of Azure Functions', `${w(44)}AzFu${b64(5)}A==`),
  cut('a key of Azure Search', `${a(42)}AzSeB${a(5)}`),
  cut('a key of Azure Container Registry', `${a(42)}+ACRA${a(5)}`),
  cut('a key of Azure Service Bus', `${b64(33)}+ASbC${b64(5)}=`),
  cut('a key of Azure Event Hubs', `${b64(33)}+AEhD${b64(5)}=`),
  cut('a key of Azure Redis', `${b64(33)}AzCaE${b64(5)}=`),
  cut('a key of Azure IoT Hub', `${b64(33)}AIoTF${b64(5)}=`),
  example('a token of Azure DevOps', `${a(76)}AZDO${a(4)}`, `${a(300)}AZDO${a(300)}`),
  cut('an OAuth client secret of Google', `GOCSPX-${w(28)}`),
  example(
    'an OAuth refresh token of Google',
    `1//0${w(95)}`,
    'if (a / 1//0 is what a reader thinks of first, and it is no token at all',
  ),
  example('a key of Cloud Storage (HMAC)', `GOOG1E${u(55)}: ${b64(40)}`, `GOOG1E${u(55)}`),
  cut('a token of DigitalOcean', `dop_v1_${hex(64)}`),
  cut('a token of DigitalOcean', `doo_v1_${hex(64)}`),
  cut('a token of DigitalOcean', `dor_v1_${hex(64)}`),
  example(
    'a key of Alibaba Cloud',
    `accessKeySecret: "${a(30)}"`,
    'accessKeySecret: process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  ),
  cut('a key of Tencent Cloud', `TENCENTCLOUD_SECRET_KEY=${a(32)}`),
  cut('a key of Naver Cloud', `NCLOUD_SECRET_KEY=${a(40)}`),
  cut('a key of Naver Cloud', `ncpSecretKey: '${a(40)}'`),
  example(
    'a token of Cloudflare',
    `CLOUDFLARE_API_TOKEN=${w(40)}`,
    'CLOUDFLARE_API_TOKEN=$CLOUDFLARE_API_TOKEN',
  ),
  cut('a token of Cloudflare', `cf-api-token: ${w(40)}`),
  cut('a key of Cloudflare', `v1.0-${hex(24)}-${hex(146)}`),
  example('a key of Heroku', `HEROKU_API_KEY=${uuid()}`, `HEROKU_APP_ID=${uuid()}`),
  cut('a key of Heroku', `HRKU-AA${w(58)}`),
  cut('a token of Fly.io', `fm2_${b64(200)}`),
  cut('a token of Fly.io', `fo1_${w(43)}`),
  cut('a token of Supabase', `sbp_${hex(40)}`),
  cut('a key of Supabase', `sb_secret_${w(31)}`),
];

const models: readonly Example[] = [
  cut('a key of OpenAI', `sk-${a(20)}T3BlbkFJ${a(20)}`),
  cut('a key of OpenAI', `sk-proj-${w(74)}T3BlbkFJ${w(74)}`),
  cut('a key of Anthropic', `sk-ant-api03-${w(93)}AA`),
  cut('a key of OpenRouter', `sk-or-v1-${hex(64)}`),
  example('a token of Hugging Face', `hf_${letters(34)}`, 'hf_hub_download_of_a_model_and_its_files'),
  cut('a token of Hugging Face', `api_org_${letters(34)}`),
  cut('a key of Groq', `gsk_${a(52)}`),
  cut('a key of xAI', `xai-${a(80)}`),
  cut('a key of Perplexity', `pplx-${a(48)}`),
  cut('a token of Replicate', `r8_${a(37)}`),
  cut('a key of Pinecone', `pcsk_${a(6)}_${a(63)}`),
  cut('a key of LangSmith', `lsv2_pt_${hex(32)}_${hex(10)}`),
  cut('a key of LangSmith', `lsv2_sk_${hex(32)}_${hex(10)}`),
  cut('a key of Langfuse', `sk-lf-${uuid()}`),
];

const services: readonly Example[] = [
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxo-', 'xoxs-', 'xoxr-'].map((prefix) =>
    example(
      'a token of Slack',
      `${prefix}${n(12)}-${n(12)}-${a(24)}`,
      `${prefix}your-token-goes-here-and-nowhere-else`,
    ),
  ),
  cut('a token of Slack', `xapp-1-A${u(10)}-${n(13)}-${hex(64)}`),
  cut('a token of Slack', `xoxe.xoxp-1-${a(160)}`),
  cut('a token of Slack', `xoxe.xoxb-1-${a(160)}`),
  cut('a token of Slack', `xoxe-1-${a(146)}`),
  example(
    'a webhook of Slack',
    `https://hooks.slack.com/services/T${u(8)}/B${u(10)}/${a(24)}`,
    'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
  ),
  cut('a webhook of Discord', `https://discord.com/api/webhooks/${n(18)}/${w(68)}`),
  cut('a webhook of Discord', `https://discordapp.com/api/webhooks/${n(18)}/${w(68)}`),
  example('a token of a Telegram bot', `${n(10)}:AA${w(33)}`, '0:AA'),
  example('a key of Stripe', `sk_live_${a(24)}`, `sk_test_${a(24)}`),
  cut('a key of Stripe', `rk_live_${a(32)}`),
  cut('a webhook secret of Stripe', `whsec_${a(32)}`),
  cut('a token of Square', `sq0csp-${w(43)}`),
  cut('a token of Square', `sq0atp-${w(22)}`),
  ...['shpat_', 'shpca_', 'shppa_', 'shpss_'].map((prefix) => cut('a token of Shopify', prefix + hex(32))),
  cut('a token of PayPal', `access_token$production$${l(16)}$${hex(32)}`),
  cut('a key of Flutterwave', `FLWSECK-${hex(32)}-X`),
  cut('a key of EasyPost', `EZAK${a(54)}`),
  example(
    'a key of SendGrid',
    `SG.${w(22)}.${w(43)}`,
    'SG.xxxxxxxxxxxxxxxxxxxxxx.yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy',
  ),
  cut('a key of Brevo', `xkeysib-${hex(64)}-${a(16)}`),
  example('a key of Mailgun', `MAILGUN_API_KEY=key-${hex(32)}`, `MAILGUN_DOMAIN=${hex(32)}`),
  example('a token of Twilio', `TWILIO_AUTH_TOKEN=${hex(32)}`, `TWILIO_ACCOUNT_SID=AC${hex(32)}`),
  example('a token of Twilio', `twilioToken: "${hex(32)}"`, 'twilioToken: "token of twilio"'),
  cut('a key of Twilio', `TWILIO_API_SECRET=${a(32)}`),
  cut('a key of Twilio', `TWILIO_API_KEY_SECRET=${a(32)}`),
  example('a key of Algolia', `ALGOLIA_ADMIN_KEY=${hex(32)}`, `ALGOLIA_SEARCH_KEY=${hex(32)}`),
  cut('a key of Algolia', `ALGOLIA_ADMIN_API_KEY=${hex(32)}`),
  ...['pat-na1-', 'pat-na2-', 'pat-eu1-', 'pat-ap1-'].map((prefix) =>
    cut('a token of HubSpot', prefix + uuid()),
  ),
  cut('a token of Notion', `ntn_${n(11)}${a(35)}`),
  cut('a token of Linear', `lin_api_${a(40)}`),
  cut('a token of Linear', `lin_oauth_${a(40)}`),
  cut('a token of Figma', `figd_${w(40)}`),
  cut('a token of Contentful', `CFPAT-${w(43)}`),
  cut('a token of Typeform', `tfp_${w(44)}`),
  cut('a key of ReadMe', `rdme_${l(70)}`),
  cut('a secret token of Mapbox', `sk.eyJ${w(80)}.${w(22)}`),
];

const operations: readonly Example[] = [
  ...['hvs.', 'hvb.', 'hvr.'].map((prefix) => cut('a token of HashiCorp Vault', prefix + w(28))),
  ...['dp.pt.', 'dp.sa.', 'dp.ct.', 'dp.scim.', 'dp.audit.'].map((prefix) =>
    cut('a token of Doppler', prefix + a(43)),
  ),
  cut('a token of Doppler', `dp.st.prd.${a(43)}`),
  cut('a token of 1Password', `ops_eyJ${w(250)}`),
  cut('a key of age', `AGE-SECRET-KEY-1${of('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')(58)}`),
  cut('a token of Grafana', `glc_${b64(80)}`),
  cut('a token of Grafana', `glsa_${a(32)}_${hex(8)}`),
  cut('a token of Sentry', `sntrys_${w(150)}`),
  cut('a token of Sentry', `sntryu_${hex(64)}`),
  cut('a key of New Relic', `NRAK-${u(27)}`),
  cut('a key of New Relic', `NRII-${w(32)}`),
  cut('a token of Dynatrace', `dt0c01.${b32(24)}.${b32(64)}`),
  cut('a token of Dynatrace', `dt0s16.${b32(24)}.${b32(64)}`),
  example('a key of Datadog', `DD_API_KEY=${hex(32)}`, `DD_VERSION=${hex(32)}`),
  cut('a key of Datadog', `datadogApiKey: '${hex(32)}'`),
  cut('a key of Datadog', `DD_APP_KEY=${hex(40)}`),
  cut('a key of Datadog', `DATADOG_APP_KEY=${hex(40)}`),
  cut('a key of Datadog', `DD_APPLICATION_KEY=${hex(40)}`),
  cut('a token of Databricks', `dapi${hex(32)}`),
  cut('a password of PlanetScale', `pscale_pw_${w(43)}`),
  cut('a password of PlanetScale', `pscale_tkn_${w(43)}`),
  cut('a password of PlanetScale', `pscale_oauth_${w(43)}`),
  ...['tskey-auth-', 'tskey-api-', 'tskey-client-'].map((prefix) =>
    cut('a key of Tailscale', `${prefix}${a(12)}CNTRL-${a(32)}`),
  ),
  cut('a key of Infracost', `ico-${a(32)}`),
];

const password = a(18);
const at = 'db.acme-prod.net';
const schemes = [
  'postgres',
  'postgresql',
  'mysql',
  'mariadb',
  'mongodb',
  'mongodb+srv',
  'redis',
  'rediss',
  'amqp',
  'amqps',
];
const more = [
  'mssql',
  'sqlserver',
  'clickhouse',
  'cockroachdb',
  'nats',
  'snowflake',
  'postgresql+asyncpg',
  'mysql+pymysql',
  'mssql+pyodbc',
];
const databases: readonly Example[] = [
  ...[...schemes, ...more].map((scheme) =>
    example(
      'the password of a database, in its address',
      `${scheme}://ocr:${password}@${at}/ocr`,
      `${scheme}://ocr@${at}/ocr`,
    ),
  ),
  ...[
    `postgres://ocr:password@${at}/ocr`,
    `postgres://ocr:ocr@${at}/ocr`,
    `postgres://postgres:${password}@localhost:5432/ocr`,
    `postgres://ocr:${password}@db:5432/ocr`,
    `postgres://ocr:${password}@db.example.com/ocr`,
    `postgres://ocr:${password}@127.0.0.1/ocr`,
    `postgres://ocr:\${PASSWORD}@${at}/ocr`,
    `postgres://\${USER}:\${PASSWORD}@\${HOST}/ocr`,
    `postgres://ocr:<password-1>@${at}/ocr`,
    `mongodb+srv://user:S3cretpass@cluster0.abcde.mongodb.net`,
  ].map((good) =>
    example('the password of a database, in its address', `redis://:${password}@10.0.0.3:6379`, good),
  ),
  ...['Password', 'password', 'Pwd', 'PWD'].map((name) =>
    example(
      'the password of a database, in a connection string',
      `"Server=tcp:acme.database.windows.net,1433;User ID=ocr;${name}=${password};Encrypt=True"`,
      `Server=localhost;User ID=ocr;${name}=${password};`,
    ),
  ),
];

export const examples: readonly Example[] = [
  ...hosts,
  ...clouds,
  ...models,
  ...services,
  ...operations,
  ...databases,
];
