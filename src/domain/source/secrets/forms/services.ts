import { around, named, type SecretForm, token } from './form.ts';

const hex = (length: number) => `[0-9a-f]{${length}}`;
const base62 = (length: number) => `[A-Za-z0-9]{${length}}`;

/** Messages, payments, mail and other services that a function calls. */
export const services: readonly SecretForm[] = [
  token(
    'a token of Slack',
    ['xoxb-', 'xoxp-', 'xoxa-', 'xoxo-', 'xoxs-', 'xoxr-'],
    '(?:\\d{8,14}-){1,3}[A-Za-z0-9-]{20,}',
  ),
  token('a token of Slack', ['xapp-'], '\\d-[A-Z0-9]{8,14}-\\d{8,14}-[0-9a-f]{60,}'),
  token('a token of Slack', ['xoxe.xoxp-', 'xoxe.xoxb-', 'xoxe-'], '\\d-[\\w-]{140,}'),
  token('a webhook of Slack', ['hooks.slack.com/services/'], `T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/${base62(24)}`),
  token(
    'a webhook of Discord',
    ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    '\\d{17,20}/[\\w-]{60,80}',
  ),
  around('a token of a Telegram bot', [':AA'], '\\d{8,10}:AA[\\w-]{33}'),
  token('a key of Stripe', ['sk_live_', 'rk_live_'], '[A-Za-z0-9]{24,120}'),
  token('a webhook secret of Stripe', ['whsec_'], '[A-Za-z0-9+/]{32,64}={0,2}'),
  token('a token of Square', ['sq0csp-', 'sq0atp-'], '[\\w-]{22,43}'),
  token('a token of Shopify', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], '[0-9a-fA-F]{32}'),
  token('a token of PayPal', ['access_token$production$'], `[a-z0-9]{16}\\$${hex(32)}`),
  token('a key of Flutterwave', ['FLWSECK-'], `${hex(32)}-X`),
  token('a key of EasyPost', ['EZAK'], base62(54)),
  token('a key of SendGrid', ['SG.'], '[\\w-]{22}\\.[\\w-]{43}'),
  token('a key of Brevo', ['xkeysib-'], `${hex(64)}-${base62(16)}`),
  named('a key of Mailgun', ['MAILGUN_API_KEY'], `(?:key-)?${hex(32)}(?:-${hex(8)}-${hex(8)})?`),
  named('a token of Twilio', ['TWILIO_AUTH_TOKEN', 'TWILIO_TOKEN'], hex(32)),
  named('a key of Twilio', ['TWILIO_API_SECRET', 'TWILIO_API_KEY_SECRET'], base62(32)),
  named('a key of Algolia', ['ALGOLIA_ADMIN_KEY', 'ALGOLIA_ADMIN_API_KEY'], hex(32)),
  token(
    'a token of HubSpot',
    ['pat-na1-', 'pat-na2-', 'pat-eu1-', 'pat-ap1-'],
    '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}',
  ),
  token('a token of Notion', ['ntn_'], '\\d{11}[A-Za-z0-9]{35}'),
  token('a token of Linear', ['lin_api_', 'lin_oauth_'], base62(40)),
  token('a token of Figma', ['figd_'], '[\\w-]{38,50}'),
  token('a token of Contentful', ['CFPAT-'], '[\\w-]{43}'),
  token('a token of Typeform', ['tfp_'], '[\\w-]{40,60}'),
  token('a key of ReadMe', ['rdme_'], '[a-z0-9]{70}'),
  token('a secret token of Mapbox', ['sk.eyJ'], '[\\w-]{50,200}\\.[\\w-]{20,40}'),
];
