import { named, type SecretForm, token } from './form.ts';

const hex = (length: number) => `[0-9a-f]{${length}}`;

/** Stores of secrets, monitoring, and systems that people operate a service with. */
export const operations: readonly SecretForm[] = [
  token('a token of HashiCorp Vault', ['hvs.', 'hvb.', 'hvr.'], '[\\w-]{24,300}'),
  token(
    'a token of Doppler',
    ['dp.pt.', 'dp.st.', 'dp.sa.', 'dp.ct.', 'dp.scim.', 'dp.audit.'],
    '(?:[\\w-]{1,40}\\.)?[A-Za-z0-9]{40,44}',
  ),
  token('a token of 1Password', ['ops_eyJ'], '[A-Za-z0-9+/_-]{200,}={0,3}'),
  token('a key of age', ['AGE-SECRET-KEY-1'], '[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'),
  token('a token of Grafana', ['glc_'], '[A-Za-z0-9+/]{50,400}={0,3}'),
  token('a token of Grafana', ['glsa_'], `[A-Za-z0-9]{32}_${hex(8)}`),
  token('a token of Sentry', ['sntrys_'], '[A-Za-z0-9+/=_-]{80,}'),
  token('a token of Sentry', ['sntryu_'], hex(64)),
  token('a key of New Relic', ['NRAK-'], '[A-Z0-9]{27}'),
  token('a key of New Relic', ['NRII-'], '[\\w-]{32}'),
  token('a token of Dynatrace', ['dt0c01.', 'dt0s16.'], '[A-Z2-7]{24}\\.[A-Z2-7]{64}'),
  named('a key of Datadog', ['DD_API_KEY', 'DATADOG_API_KEY'], hex(32)),
  named('a key of Datadog', ['DD_APP_KEY', 'DATADOG_APP_KEY', 'DD_APPLICATION_KEY'], hex(40)),
  token('a token of Databricks', ['dapi'], `${hex(32)}(?:-\\d)?`),
  token('a password of PlanetScale', ['pscale_pw_', 'pscale_tkn_', 'pscale_oauth_'], '[\\w.=-]{32,64}'),
  token(
    'a key of Tailscale',
    ['tskey-auth-', 'tskey-api-', 'tskey-client-'],
    '[A-Za-z0-9]{8,24}-[A-Za-z0-9]{20,40}',
  ),
  token('a key of Infracost', ['ico-'], '[A-Za-z0-9]{32}'),
];
