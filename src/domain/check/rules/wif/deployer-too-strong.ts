import type { Facts } from '../../facts/facts.ts';
import { evaluate, soleText } from '../../hcl/evaluate.ts';
import { attributeOf } from '../../hcl/node.ts';
import { lastOption } from '../../shell/gcloud.ts';
import type { Rule } from '../rule.ts';
import { strongRoles } from '../shared/roles.ts';
import { isKeylessLogin } from '../shared/uses.ts';

const looksLikeDeployer = /deploy|github|\bgha\b|\bci\b|\bcd\b|cicd|actions|release|pipeline/i;

/** A strong role on the whole project for the account that workflows log in as. */
export const deployerTooStrong: Rule = (facts, report) => {
  const accounts = deployers(facts);
  const isDeployer = (text: string, folder?: string) =>
    /^principal(Set)?:\/\//.test(text) ||
    (/serviceAccount:|google_service_account\./.test(text) &&
      (looksLikeDeployer.test(text) ||
        accounts.some((one) => text.includes(one.name) && (one.module ?? folder) === folder)));
  for (const resource of facts.resources) {
    if (!/^google_project_iam_(member|binding)$/.test(resource.type)) continue;
    const role = attributeOf(resource.body, 'role');
    const member = attributeOf(resource.body, 'member') ?? attributeOf(resource.body, 'members');
    if (!role || !member) continue;
    const text = resource.text.slice(member.value.at, member.value.end).replace(/^"|"$/g, '');
    if (!isDeployer(text, resource.folder)) continue;
    for (const { value } of evaluate(role.value, resource.scope).values)
      if (typeof value === 'string' && strongRoles[value])
        report.found({
          severity: 'high',
          confidence: 'high',
          at: resource.place(role.at),
          title: `The account that deploys gets ${value} on the project, so it may ${strongRoles[value]}.`,
          fix: 'Grant roles/cloudfunctions.developer, and roles/iam.serviceAccountUser on the runtime account only. The preflight prints the smallest role.',
          evidence: `${resource.type}.${resource.name} ${value}`,
        });
  }
  for (const call of facts.calls) {
    if (call.verb !== 'projects add-iam-policy-binding') continue;
    const role = lastOption(call, '--role');
    const member = lastOption(call, '--member');
    const text = member?.value ?? member?.valueWord?.raw ?? '';
    if (!role?.value || !strongRoles[role.value] || !isDeployer(text)) continue;
    report.found({
      severity: 'high',
      confidence: 'high',
      at: role.word.at,
      title: `The account that deploys gets ${role.value} on the project, so it may ${strongRoles[role.value]}.`,
      fix: 'Grant roles/cloudfunctions.developer, and roles/iam.serviceAccountUser on the runtime account only.',
      evidence: `${text} ${role.value}`,
    });
  }
};

interface Account {
  name: string;
  /** The folder of the module in which the name is valid. Undefined: everywhere. */
  module: string | undefined;
}

/** E-mails that workflows log in as, and accounts of Terraform that a pool may act as. */
function deployers(facts: Facts): Account[] {
  const mails = facts.steps
    .filter(isKeylessLogin)
    .flatMap((step) => step.with.get('service_account')?.known ?? [])
    .filter((mail) => mail.includes('@'))
    .map((name): Account => ({ name, module: undefined }));
  const named = facts.resources
    .filter(({ type }) => type.startsWith('google_service_account_iam_'))
    .flatMap((resource) => {
      const role = attributeOf(resource.body, 'role');
      const account = attributeOf(resource.body, 'service_account_id');
      // A service account of Kubernetes acts as its account by the same role. It deploys nothing.
      const member = attributeOf(resource.body, 'member') ?? attributeOf(resource.body, 'members');
      const isPool =
        role &&
        soleText(evaluate(role.value, resource.scope)) === 'roles/iam.workloadIdentityUser' &&
        member &&
        /principal(Set)?:/.test(resource.text.slice(member.value.at, member.value.end));
      const text = account ? resource.text.slice(account.value.at, account.value.end) : '';
      const own = /google_service_account\.(\w+)/.exec(text)?.[0];
      const name = own ?? /[\w-]+@[\w.-]+/.exec(text)?.[0];
      return isPool && name ? [{ name, module: own && resource.folder }] : [];
    });
  return [...mails, ...named];
}
