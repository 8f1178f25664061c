/**
 * The variables of the job that a local function gets. This is a list of what it may have: the name of a token cannot be
 * known beforehand, so a list of what it must not have would always lack one.
 */
const exact = new Set(
  [
    'PATH PATHEXT HOME USER LOGNAME SHELL LANG LANGUAGE TZ TERM TMPDIR TMP TEMP CI COLORTERM FORCE_COLOR NO_COLOR',
    'SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC USERPROFILE HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES',
    'PROGRAMW6432 COMMONPROGRAMFILES NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE OS LD_LIBRARY_PATH DYLD_LIBRARY_PATH PKG_CONFIG_PATH',
    'NODE_ENV NODE_PATH NODE_OPTIONS NODE_EXTRA_CA_CERTS NVM_DIR NVM_BIN COREPACK_HOME PNPM_HOME VOLTA_HOME',
    'PYTHONPATH PYTHONHOME PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONLOCATION VIRTUAL_ENV CONDA_PREFIX TESSDATA_PREFIX',
    'JAVA_HOME JAVA_TOOL_OPTIONS GRADLE_HOME GRADLE_USER_HOME M2_HOME MAVEN_HOME GOROOT GOPATH GOCACHE GOMODCACHE GOTOOLCHAIN',
    'DOTNET_ROOT DOTNET_CLI_HOME GEM_HOME GEM_PATH RBENV_ROOT RBENV_VERSION COMPOSER_HOME',
    'SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NO_PROXY',
    'K_SERVICE K_REVISION K_CONFIGURATION FUNCTION_TARGET FUNCTION_SIGNATURE_TYPE FUNCTION_SOURCE FUNCTION_NAME LOG_LEVEL DEBUG',
    'GOOGLE_CLOUD_PROJECT GCLOUD_PROJECT GCP_PROJECT GOOGLE_CLOUD_REGION GOOGLE_FUNCTION_TARGET GOOGLE_FUNCTION_SIGNATURE_TYPE',
    'GITHUB_ACTIONS GITHUB_REPOSITORY GITHUB_SHA GITHUB_REF GITHUB_REF_NAME GITHUB_REF_TYPE GITHUB_HEAD_REF GITHUB_BASE_REF',
    'GITHUB_RUN_ID GITHUB_RUN_NUMBER GITHUB_RUN_ATTEMPT GITHUB_EVENT_NAME GITHUB_WORKFLOW GITHUB_JOB GITHUB_WORKSPACE GITHUB_SERVER_URL',
    'RUNNER_OS RUNNER_ARCH RUNNER_TEMP RUNNER_TOOL_CACHE RUNNER_ENVIRONMENT AGENT_TOOLSDIRECTORY',
  ].flatMap((line) => line.split(' ')),
);
const families = /^(LC_[A-Z]+|JAVA_HOME_\d+_[A-Z0-9]+|GOROOT_\d+_\d+_[A-Z0-9]+)$/;
const proxies = /^(HTTPS?|ALL)_PROXY$/;

/** Only the runner and its actions may have these, so that `inherit_env` cannot name them. */
export const isRunnersOwn = (name: string): boolean =>
  /^(INPUT_|STATE_|ACTIONS_)|^GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$/i.test(name);

/** An address of a proxy can hold a password. */
const holdsPassword = (value: string): boolean => value.includes('@');

function isPassed(name: string, value: string, wanted: ReadonlySet<string>): boolean {
  if (isRunnersOwn(name)) return false;
  if (wanted.has(name)) return true;
  const upper = name.toUpperCase();
  return exact.has(upper) || families.test(upper) || (proxies.test(upper) && !holdsPassword(value));
}

export interface CommandEnvironment {
  env: Record<string, string>;
  /** Names of variables of the job that the command does not get, sorted. */
  withheld: string[];
}

/**
 * @param wanted names of further variables, as the input `inherit_env` lists them
 * @param isSecret whether a value holds a secret that this process knows. Such a value is passed only if its name is wanted.
 */
export function commandEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  wanted: readonly string[],
  isSecret: (value: string) => boolean,
): CommandEnvironment {
  const names = new Set(wanted);
  const passed: Record<string, string> = {};
  const withheld: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (isPassed(name, value, names) && (names.has(name) || !isSecret(value))) passed[name] = value;
    else withheld.push(name);
  }
  return { env: passed, withheld: withheld.sort() };
}
