import { around, isRandom, named, type SecretForm, token } from './form.ts';

/** `NAME=<base64>` of a connection string of Azure, which is the same in JSON, YAML and code. */
const azureKey = (name: string, value: string): SecretForm => ({
  what: 'a connection string of Azure',
  markers: [`${name}=`],
  form: new RegExp(`${name}=(${value})(?![A-Za-z0-9+/=])`, 'y'),
  holds: ([, key = '']) => isRandom(key),
});

const secret40 = '[A-Za-z0-9/+]{40}';

/** The id of a pair is no secret. The secret has no form of its own, but stands near its id. */
const pair = (what: string, markers: readonly string[], id: string, secret: string): SecretForm => ({
  what,
  markers,
  form: new RegExp(
    `(?<![A-Za-z0-9])(?:${markers.join('|')})${id}(?![A-Za-z0-9])[^A-Za-z0-9]{1,20}(?:[\\w .-]{0,60}?[^\\w+/][^A-Za-z0-9]{0,12})?(${secret})(?![A-Za-z0-9/+=])`,
    'y',
  ),
  holds: ([all, found = '']) =>
    isRandom(found) && !/example/i.test(all) && /[a-z]/.test(found) && /[A-Z]/.test(found),
});

/**
 * Keys of Azure that carry the mark of their service at a fixed place
 * (github.com/microsoft/security-utilities): characters before the mark, mark, characters after it.
 */
const identifiable: readonly (readonly [what: string, before: number, mark: string, after: string])[] = [
  ['a key of Azure Storage', 76, '+ASt', '[A-Za-z0-9+/]{6}=='],
  ['a key of Azure Cosmos DB', 76, 'ACDb', '[A-Za-z0-9+/]{6}=='],
  ['a key of Azure Batch', 76, '+ABa', '[A-Za-z0-9+/]{6}=='],
  ['a key of Azure Functions', 44, 'AzFu', '[A-Za-z0-9+/_-]{5}[AQgw]=='],
  ['a key of Azure Search', 42, 'AzSe', '[A-D][A-Za-z0-9]{5}'],
  ['a key of Azure Container Registry', 42, '+ACR', '[A-D][A-Za-z0-9]{5}'],
  ['a key of Azure Service Bus', 33, '+ASb', '[A-P][A-Za-z0-9+/]{5}='],
  ['a key of Azure Event Hubs', 33, '+AEh', '[A-P][A-Za-z0-9+/]{5}='],
  ['a key of Azure Redis', 33, 'AzCa', '[A-P][A-Za-z0-9+/]{5}='],
  ['a key of Azure IoT Hub', 33, 'AIoT', '[A-P][A-Za-z0-9+/]{5}='],
  ['a token of Azure DevOps', 76, 'AZDO', '[A-Za-z0-9]{4}'],
];

export const clouds: readonly SecretForm[] = [
  named('a key of AWS', ['SECRET_ACCESS_KEY', 'AWS_SECRET_KEY'], secret40),
  pair('a key of AWS', ['AKIA', 'ASIA'], '[A-Z2-7]{16}', secret40),
  token('a key of AWS Bedrock', ['ABSK'], '[A-Za-z0-9+/]{109,269}={0,2}'),
  azureKey('AccountKey', '[A-Za-z0-9+/]{86}=='),
  azureKey('SharedAccessKey', '[A-Za-z0-9+/]{43}='),
  named(
    'a key of Azure',
    ['ACCOUNT_KEY', 'STORAGE_KEY', 'ARM_ACCESS_KEY', 'PRIMARY_KEY', 'MASTER_KEY', 'COSMOS_KEY'],
    '[A-Za-z0-9+/]{86}==',
  ),
  named('a client secret of Azure', ['AZURE_CLIENT_SECRET', 'ARM_CLIENT_SECRET'], '[\\w.~-]{32,44}'),
  {
    what: 'a client secret of Azure',
    markers: ['7Q~', '8Q~'],
    form: /(?<![\w.~-])[\w.~]{3}[78]Q~[\w.~-]{31,34}(?![\w.~-])/g,
    holds: ([all]) => isRandom(all),
  },
  ...identifiable.map(([what, before, mark, after]) =>
    around(what, [mark], `[A-Za-z0-9+/_-]{${before}}${mark.replace('+', '\\+')}${after}`),
  ),
  token('an OAuth client secret of Google', ['GOCSPX-'], '[\\w-]{28}'),
  token('an OAuth refresh token of Google', ['1//0'], '[\\w-]{60,120}'),
  pair('a key of Cloud Storage (HMAC)', ['GOOG1E', 'GOOG'], '[A-Z0-9]{10,57}', secret40),
  token('a token of DigitalOcean', ['dop_v1_', 'doo_v1_', 'dor_v1_'], '[0-9a-f]{64}'),
  named('a key of Alibaba Cloud', ['ACCESS_KEY_SECRET'], '[A-Za-z0-9]{30}'),
  named('a key of Tencent Cloud', ['TENCENTCLOUD_SECRET_KEY'], '[A-Za-z0-9]{32}'),
  named('a key of Naver Cloud', ['NCLOUD_SECRET_KEY', 'NCP_SECRET_KEY'], '[A-Za-z0-9]{40}'),
  named('a token of Cloudflare', ['CLOUDFLARE_API_TOKEN', 'CF_API_TOKEN'], '[\\w-]{40}'),
  token('a key of Cloudflare', ['v1.0-'], '[0-9a-f]{24}-[0-9a-f]{146}'),
  named('a key of Heroku', ['HEROKU_API_KEY'], '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'),
  token('a key of Heroku', ['HRKU-AA'], '[\\w-]{58}'),
  token('a token of Fly.io', ['fm2_'], '[A-Za-z0-9+/_-]{120,400}={0,3}'),
  token('a token of Fly.io', ['fo1_'], '[\\w-]{43}'),
  token('a token of Supabase', ['sbp_'], '[0-9a-f]{40}'),
  token('a key of Supabase', ['sb_secret_'], '[\\w-]{31,40}'),
];
