import { fileName } from '../files/repository.ts';

/** Which files are read, by their names. */

export const isWorkflow = (path: string): boolean => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path);
export const isActionFile = (path: string): boolean => /(^|\/)action\.ya?ml$/.test(path);
export const isTerraform = (path: string): boolean =>
  /\.(tf|tofu)(\.json)?$/.test(path) || /(^|\/)(terraform|[^/]*\.auto)\.tfvars(\.json)?$/.test(path);
export const isMakefile = (path: string): boolean => /^(GNUm|m|M)akefile$|\.mk$/.test(fileName(path));
export const isShell = (path: string): boolean => /\.(sh|bash|zsh)$/.test(path);
export const isPackageFile = (path: string): boolean => fileName(path) === 'package.json';
export const isCloudBuild = (path: string): boolean => /cloudbuild[^/]*\.(ya?ml|json)$/i.test(fileName(path));
export const isDockerfile = (path: string): boolean =>
  /(^|\.)(Dockerfile|Containerfile)(\.|$)/.test(fileName(path));
export const isFirebaseSource = (path: string): boolean =>
  /\.(ts|js|mjs|cjs|py)$/.test(path) && !/(^|\/)(node_modules|dist|build|coverage|venv)\//.test(path);

/** YAML and JSON that may be an API definition, a resource of Kubernetes, a suite or an SLO. */
export const isDataFile = (path: string): boolean =>
  /\.(ya?ml|json)$/.test(path) &&
  !isWorkflow(path) &&
  !isTerraform(path) &&
  !isGenerated(path) &&
  !/(^|\/)(package|package-lock|tsconfig[^/]*|composer|deno)\.json$|\.min\.json$/.test(path);

/** What tools write, and what others wrote. */
export const isGenerated = (path: string): boolean =>
  /(^|\/)(node_modules|vendor|\.terraform|dist|\.git|\.venv|venv|third_party)\//.test(path);

/** Examples, fixtures and pages: what stands there is not what is deployed. */
export const isSample = (path: string): boolean =>
  /(^|\/)(tests?|__tests__|spec|fixtures?|testdata|test-data|examples?|samples?|docs?|demos?)\//i.test(path);

/** Files whose text the check needs. The others are known by name alone. */
export const isRead = (path: string): boolean =>
  !isGenerated(path) &&
  (isWorkflow(path) ||
    isActionFile(path) ||
    isTerraform(path) ||
    isMakefile(path) ||
    isShell(path) ||
    isPackageFile(path) ||
    isCloudBuild(path) ||
    isDockerfile(path) ||
    isDataFile(path) ||
    isFirebaseSource(path) ||
    /(^|\/)\.(gcloudignore|gitignore|dockerignore)$/.test(path) ||
    /\.(pem|key|env|b64|txt|smoke\.yaml)$/.test(path) ||
    /(^|\/)\.env/.test(path));
