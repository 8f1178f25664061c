import { hasChecksum } from './checksum.ts';
import { around, type SecretForm, token } from './form.ts';

const hex = (length: number) => `[0-9a-f]{${length}}`;
const base62 = (length: number) => `[A-Za-z0-9]{${length}}`;
const checked: SecretForm['holds'] = ([all]) => hasChecksum(all);

/** Hosts of code, of packages and of builds. */
export const hosts: readonly SecretForm[] = [
  token('a token of GitHub', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], base62(36), checked),
  token('a token of GitHub', ['github_pat_'], `${base62(22)}_${base62(59)}`),
  token(
    'a token of GitLab',
    [
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
    ],
    '[\\w-]{20,300}(?:\\.[0-9a-z]{2}\\.[0-9a-z]{9})?',
  ),
  token('a token of Atlassian', ['ATATT3xFf', 'ATCTT3xFf'], '[\\w=-]{150,240}'),
  token('a password of Bitbucket', ['ATBB'], base62(32)),
  token('a token of npm', ['npm_'], base62(36), checked),
  token('a token of PyPI', ['pypi-AgEIcHlwaS5vcmc', 'pypi-AgENdGVzdC5weXBpLm9yZ'], '[\\w-]{100,400}'),
  token('a key of RubyGems', ['rubygems_'], hex(48)),
  token('a key of NuGet', ['oy2'], '[a-z0-9]{43}'),
  token('a token of Docker Hub', ['dckr_pat_', 'dckr_oat_'], '[\\w-]{27,40}'),
  token('a token of Clojars', ['CLOJARS_'], '[a-z0-9]{60}'),
  token('a key of Artifactory', ['AKCp'], '[A-Za-z0-9]{69,73}'),
  token('a token of Artifactory', ['cmVmdGtuO'], '[A-Za-z0-9]{55}'),
  token('a token of Buildkite', ['bkua_'], hex(40)),
  token('a token of CircleCI', ['CCIPAT_', 'CCIPRJ_'], `${base62(22)}_${hex(40)}`),
  token('a token of Sourcegraph', ['sgp_'], `(?:(?:${hex(16)}|local)_)?${hex(40)}`),
  token('a token of SonarQube', ['sqp_', 'squ_', 'sqa_'], hex(40)),
  token('a token of Netlify', ['nfp_'], base62(36)),
  token('a token of Postman', ['PMAK-'], `${hex(24)}-${hex(34)}`),
  token('a token of Octopus Deploy', ['API-'], '[A-Z0-9]{26}'),
  token('a token of Pulumi', ['pul-'], hex(40)),
  token('a token of Prefect', ['pnu_', 'pnb_'], base62(36)),
  around('a token of Terraform Cloud', ['.atlasv1.'], '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9]{60,70}'),
];
