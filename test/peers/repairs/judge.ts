import { argvOf } from './argv.ts';
import { condition, isPlain } from './condition.ts';
import { grantOf } from './resource.ts';
import type { Effect } from './run.ts';

/** Which lines of state a command may change, by what its text says. */
const changes: readonly (readonly [command: RegExp, lines: RegExp])[] = [
  [/update-oidc .*--attribute-condition=/, /^provider \S+\.attributeCondition=/],
  [/update-oidc .*--attribute-mapping=/, /^provider \S+\.attributeMapping\./],
  [/update-oidc .*--allowed-audiences=/, /^provider \S+\.oidc\.allowedAudiences\./],
  [/update-oidc .*--issuer-uri=/, /^provider \S+\.oidc\.issuerUri=/],
  [/update-oidc .*--jwk-json-path=/, /^provider \S+\.oidc\.jwksJson=/],
  [/ --no-disabled/, /^(pool|provider) \S+\.disabled=/],
  [/ undelete /, /^(pool|provider) \S+\.state=/],
  [/service-accounts enable /, /^account \S+\.disabled=/],
  [/service-accounts keys delete /, /^account \S+\.keys\./],
  [/secrets versions enable /, /^secret db\/3=/],
  [/gcloud services enable /, /^off /],
  [/gcloud iam roles create /, /^role \S+\/backstayGuard(Above)? /],
  [/org-policies set-policy /, /^policy /],
  [/functions\/\w+\?updateMask=httpsTrigger\.securityLevel/, /^gen1 \S+\.securityLevel=/],
  [/services update-traffic /, /^service ocr\.traffic\./],
  [/storage buckets (update|create) |storage rsync /, /^bucket drill-/],
  [/--ingress=/, /^service ocr\.ingress=/],
  [/-invoker-iam-check/, /^service ocr\.invokerIamDisabled=/],
  [/--(no-)?iap$/, /^service ocr\.iapEnabled=/],
  [/-default-url$/, /^service ocr\.defaultUriDisabled=/],
  [/updateMask=customAudiences"/, /^service ocr\.customAudiences\./],
  [/updateMask=scaling"/, /^service ocr\.scaling\./],
  [/updateMask=labels"/, /^service ocr\.labels\./],
  [/updateMask=description"/, /^service ocr\.description=/],
];

/** What is wrong with the effect of a command: it failed, or it widened, lost or took away something else. */
export function problemsOf({ command, error, came, went }: Effect): string[] {
  if (error) return [`failed: ${error}`];
  const grants = argvOf(command).flatMap((argv) => grantOf(argv) ?? []);
  const [grant] = grants;
  if (grant) {
    const { resource, role, member, verb, all } = grant;
    const line = `${resource} ${role} ${member.replace(/answer/g, '123456789012')}`;
    const wanted = [line, ...(all && !isPlain(command) ? [`${line} if ${condition.expression}`] : [])];
    const [changed, other] = verb === 'add' ? [came, went] : [went, came];
    return [
      ...(changed.toSorted().join('\n') === wanted.toSorted().join('\n')
        ? []
        : [`changed ${changed.join(' | ')}`]),
      ...(other.length === 0 ? [] : [`also ${other.join(' | ')}`]),
    ];
  }
  const [, allowed] = changes.find(([text]) => text.test(command)) ?? [];
  const others = [...came, ...went].filter((line) => !allowed?.test(line));
  const tags = went.filter(
    (line) => /\.tag=theirs$/.test(line) && !came.some((one) => one.endsWith('.tag=theirs')),
  );
  return [...others.map((line) => `changed ${line}`), ...tags.map((line) => `lost ${line}`)];
}
