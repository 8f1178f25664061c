import { isPlaceholder } from './placeholder.ts';

/** Configuration files that may hold a secret, and do if a certain setting has a value. */
interface ConfigFile {
  /** Matches the lower-case path, with `/`. */
  path: RegExp;
  /** Matches each setting that is a secret. Its last group is the value. */
  setting: RegExp;
  what: string;
  /** How the build gets the secret without it, as one sentence. */
  fix?: string;
}

/** A setting of a file with lines such as `key = value`, `key: value` or `key value`. */
const line = (keys: string, between = '[=:]') =>
  new RegExp(`^[ \\t]*["':]?(?:${keys})["']?[ \\t]*${between}[ \\t]*(.*)$`, 'gim');
const npmFix = `If the build needs it, write \${NPM_TOKEN} in its place and set NPM_TOKEN in build_environment_variables.`;
const at = (names: string) => new RegExp(`(?:^|/)(?:${names})$`);
const urlPassword = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'<>]*:([^\s/@"'<>]+)@[\w.[-]/gi;
const dependencies =
  'package\\.json|package-lock\\.json|npm-shrinkwrap\\.json|yarn\\.lock|pnpm-lock\\.yaml|bun\\.lock|requirements[\\w.-]*\\.txt|constraints[\\w.-]*\\.txt|pipfile|pipfile\\.lock|pyproject\\.toml|poetry\\.lock|poetry\\.toml|uv\\.lock|uv\\.toml|pip\\.conf|pip\\.ini|\\.condarc|composer\\.json|composer\\.lock|gemfile|gemfile\\.lock|\\.gitmodules|\\.npmrc|\\.yarnrc|\\.yarnrc\\.yml|bunfig\\.toml|\\.wgetrc|\\.curlrc';

const configFiles: readonly ConfigFile[] = [
  {
    path: at('\\.?npmrc|\\.yarnrc'),
    setting: line('[^=\\n]*:_authToken|_authToken|[^=\\n]*:_auth|_auth|[^=\\n]*:_password|_password', '[= ]'),
    what: 'a token of an npm registry',
    fix: npmFix,
  },
  {
    path: at('\\.yarnrc\\.yml'),
    setting: line('npmAuthToken|npmAuthIdent'),
    what: 'a token of an npm registry',
    fix: npmFix,
  },
  {
    path: at('bunfig\\.toml'),
    setting: /\b(?:token|password)\s*=\s*("[^"]*")/gi,
    what: 'a token of an npm registry',
    fix: npmFix,
  },
  {
    path: at('[._]netrc'),
    setting: /(?:^|\s)password\s+("[^"]*"|\S+)/gi,
    what: 'a password for a host (netrc)',
  },
  { path: at('\\.pypirc'), setting: line('password'), what: 'a password of a Python package index' },
  {
    path: at('(?:\\.aws/)?credentials|\\.aws/config'),
    setting: line('aws_secret_access_key|aws_session_token'),
    what: 'a key of AWS',
  },
  {
    path: at('\\.s3cfg|\\.boto'),
    setting: line(
      'secret_key|secret_access_key|access_token|gs_oauth2_refresh_token|aws_secret_access_key|gs_secret_access_key',
    ),
    what: 'a key of a storage service',
  },
  {
    path: at('rclone\\.conf'),
    setting: line('pass|password|token|secret_access_key|client_secret|key'),
    what: 'a password of a storage service',
  },
  {
    path: at('\\.my\\.cnf|my\\.cnf|\\.mylogin\\.cnf'),
    setting: line('password'),
    what: 'a password of MySQL',
  },
  {
    path: at('\\.cargo/credentials(?:\\.toml)?'),
    setting: line('token'),
    what: 'a token of a Cargo registry',
  },
  {
    path: at('\\.gem/credentials'),
    setting: line('[\\w:]*(?:api_key|github|token)'),
    what: 'a key of a Ruby package index',
  },
  { path: at('\\.terraformrc|terraform\\.rc'), setting: line('token'), what: 'a token of Terraform Cloud' },
  {
    path: at('\\.databrickscfg'),
    setting: line('token|password|client_secret'),
    what: 'a token of Databricks',
  },
  {
    path: at('\\.snowsql/config|\\.snowflake/(?:config|connections)\\.toml'),
    setting: line('password|token'),
    what: 'a password of Snowflake',
  },
  { path: at('\\.sentryclirc'), setting: line('token'), what: 'a token of Sentry' },
  { path: at('(?:\\.cache/|\\.)?huggingface/token'), setting: /^(hf_\w+)/g, what: 'a token of Hugging Face' },
  {
    path: at('\\.streamlit/secrets\\.toml'),
    setting: line('[\\w.-]+', '='),
    what: 'the secrets of a Streamlit app',
  },
  {
    path: at('nuget\\.config'),
    setting: /key="ClearTextPassword"\s+value="([^"]*)"/gi,
    what: 'a password of a NuGet feed',
  },
  {
    path: at('settings\\.xml'),
    setting: /<(?:password|passphrase)>([^<]*)</gi,
    what: 'a password of a Maven repository',
  },
  {
    path: at('gradle\\.properties'),
    setting: line('[\\w.-]*(?:password|token|secret)', '='),
    what: 'a password',
  },
  {
    path: /(?:^|\/)(?:\.kube\/config|[\w.-]*kubeconfig[\w.-]*(?:\.ya?ml)?)$/,
    setting: line('(?:- )?(?:token|password|client-key-data|id-token|refresh-token|access-token)', ':'),
    what: 'credentials of a Kubernetes cluster',
  },
  { path: at(dependencies), setting: urlPassword, what: 'a password in an address' },
];

export const isConfigFile = (path: string): boolean =>
  configFiles.some(({ path: names }) => names.test(path.toLowerCase()));

/** Names the secret that a configuration file holds. Undefined if it holds none, or only references such as `${TOKEN}`. */
export function secretInConfig(path: string, text: string): Pick<ConfigFile, 'what' | 'fix'> | undefined {
  const lower = path.toLowerCase();
  for (const { path: names, setting, what, fix } of configFiles) {
    if (!names.test(lower)) continue;
    for (const match of text.matchAll(setting)) {
      const end = match.index + match[0].length;
      const begin = text.lastIndexOf('\n', end - 1) + 1;
      const inComment = /^\s*[#;]/.test(text.slice(begin, end));
      if (!inComment && !isPlaceholder(withoutComment(match.at(-1) ?? '')))
        return fix === undefined ? { what } : { what, fix };
    }
  }
  return undefined;
}

const withoutComment = (value: string): string =>
  value
    .replace(/\s+[#;].*$/, '')
    .replace(/,\s*$/, '')
    .trim();
