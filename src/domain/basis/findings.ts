import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { basisRules } from '../findings/rules/basis.ts';
import type { Basis } from './basis.ts';

/** Facts that make it less certain that a function is private. A sandbox on this machine is reported, but is not a finding. */
export function basisFindings(basis: Basis): Finding[] {
  const foreign = basis.endpoints.filter(({ used_by, loopback }) => used_by === 'actions' && !loopback);
  const found: Finding[] = [];
  if (foreign.length > 0) {
    const hosts = [...new Set(foreign.map(({ host }) => host))].join(', ');
    const names = foreign.map(({ api }) => api).join(', ');
    found.push({
      ...ofRule(basisRules, 'foreign-endpoint'),
      title: `The verdict rests on answers of ${hosts} instead of Google: ${names}.`,
      fix: `Remove ${foreign.map(({ api }) => `GHA_ENDPOINT_OVERRIDE_${api}`).join(', ')} from the environment of the job, or find the step that sets it.`,
    });
  }
  if (basis.universe?.from === 'environment')
    found.push({
      ...ofRule(basisRules, 'foreign-endpoint'),
      title: `The verdict rests on answers of ${basis.universe.domain}, a universe that an earlier step chose.`,
      fix: `If that is right, say so on this step: universe: ${basis.universe.domain}`,
    });
  if (basis.trust.includes('NODE_TLS_REJECT_UNAUTHORIZED=0'))
    found.push({
      ...ofRule(basisRules, 'certificates-not-checked'),
      title: 'Certificates were not checked: NODE_TLS_REJECT_UNAUTHORIZED is 0.',
      fix: 'Remove the variable. For a company certificate, set NODE_EXTRA_CA_CERTS to its file.',
    });
  return found;
}
