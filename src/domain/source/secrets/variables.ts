/** Names and values of environment variables that are secrets, as far as a reader can say without asking. */

/** Names whose value is a secret. `API_KEY_NAME`, `TOKEN_URL` and `SECRET_ID` are not, nor what a page shows to every browser. */
export const secretName = (name: string): boolean =>
  /(^|_)(API_?KEY|KEY|SECRET|TOKEN|PASSWORD|PASSWD|PWD|CREDENTIALS?|PRIVATE_KEY)$/i.test(name) &&
  !/(PUBLIC_KEY|PRIMARY_KEY|FOREIGN_KEY|SORT_KEY|PARTITION_KEY|CACHE_KEY|SITE_KEY|PUBLISHABLE_KEY|MAX_TOKEN|ORIGIN_TRIAL_TOKEN|SITE_VERIFICATION_TOKEN)$/i.test(
    name,
  );

/**
 * Names whose value is none, although many repositories keep it where they keep their secrets: a project, a region, a
 * bucket, an address. The address of a database or of a web hook holds a password.
 */
export const plainName = (name: string): boolean =>
  /(^|_)(PROJECT|REGION|LOCATION|ZONE|HOST|HOSTNAME|PORT|NAME|ID|NUMBER|DATASET|TABLE|DOMAIN|ORIGINS?|ENVIRONMENT|ENV|ENDPOINT|URL)$|(^|_)BUCKET(_|$)/i.test(
    name,
  ) &&
  !/DATABASE|(^|_)DB_|DSN|SQL|MONGO|REDIS|POSTGRES|ELASTIC|AMQP|RABBIT|BROKER|KAFKA|HOOK|SECRET_ID/i.test(
    name,
  );

/** A value that stands for one: empty, a variable, a placeholder, a name of Secret Manager, or a key that its maker publishes. */
export const isNoSecret = (value: string): boolean =>
  value === '' ||
  /^(true|false|none|null|changeme|test|dummy|todo|xxx+|\.\.\.)$/i.test(value) ||
  /^\$|^<|^projects\/|^sm:\/\/|^pk[_.]/.test(value) ||
  value.length < 6;
