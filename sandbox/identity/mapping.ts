import { evaluate } from '../core/cel.ts';
import { federated } from '../core/principals.ts';
import type { Principal } from '../core/types.ts';
import type { Claims } from './claims.ts';
import type { Provider } from './state.ts';

/** A refusal of the token exchange. Its body has OAuth's flat form. */
export class StsError extends Error {
  readonly error: string;
  readonly status: number;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }
}

interface Mapped {
  google: Record<string, unknown>;
  attribute: Record<string, unknown>;
}

/** Evaluates the mapping. An expression that CEL cannot evaluate, for example because a claim is missing, sets nothing. */
function mapAttributes(provider: Provider, assertion: Claims): Mapped {
  const mapped: Mapped = { google: {}, attribute: {} };
  for (const [target, expression] of Object.entries(provider.attributeMapping)) {
    const [space, name] = target.split(/\.(.*)/s) as [keyof Mapped, string];
    try {
      mapped[space][name] = evaluate(expression, { assertion });
    } catch {
      // The attribute stays unset. The checks below refuse a token without google.subject.
    }
  }
  return mapped;
}

function requireString(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw new StsError('unauthorized_client', `The mapped attribute '${name}' must be of type STRING.`);
  return value;
}

/**
 * Checks the attribute condition, then the mapping. This is the measured order of Google's STS: a token without `sub` is
 * refused by a condition on `sub`, not by the mapping. Limits: cloud.google.com/iam/docs/workload-identity-federation
 * "Attribute mappings".
 */
export function mapPrincipal(provider: Provider, assertion: Claims): Principal {
  const mapped = mapAttributes(provider, assertion);
  if (provider.attributeCondition) {
    let holds = false;
    try {
      holds =
        evaluate(provider.attributeCondition, {
          assertion,
          google: mapped.google,
          attribute: mapped.attribute,
        }) === true;
    } catch {
      holds = false;
    }
    if (!holds)
      throw new StsError(
        'unauthorized_client',
        'The given credential is rejected by the attribute condition.',
      );
  }
  const subject = requireString('google.subject', mapped.google.subject);
  if (Buffer.byteLength(subject) > 127)
    throw new StsError(
      'invalid_request',
      'The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the ' +
        'incoming assertion to produce a mapped attribute that is less than 127 bytes.',
    );
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(mapped.attribute))
    attributes[name] = requireString(`attribute.${name}`, value);
  if (Buffer.byteLength(JSON.stringify(attributes)) > 8192)
    throw new StsError('invalid_request', 'The total size of mapped attributes exceeds the 8KB limit.');
  const groups = Array.isArray(mapped.google.groups) ? mapped.google.groups.map(String) : [];
  return federated(provider.name.replace(/\/providers\/.*$/, ''), subject, attributes, groups);
}
