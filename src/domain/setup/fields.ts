import { attributeMapping, hasPublicKeys } from './admission.ts';
import type { Resource } from './resource.ts';

/** The fields of a resource that `init` sets, as text that can be compared and shown. */
export function fieldsOf(resource: Resource): Record<string, string> {
  switch (resource.kind) {
    case 'api':
      return { state: 'on' };
    case 'pool':
      return { state: 'on' };
    case 'provider':
      return {
        state: 'on',
        issuer: resource.issuer,
        audiences: '',
        ...(hasPublicKeys(resource.issuer) ? { 'uploaded keys': 'none' } : {}),
        condition: resource.condition,
        ...Object.fromEntries(
          Object.entries(attributeMapping).map(([name, value]) => [mappingField(name), value]),
        ),
      };
    case 'role':
      return { permissions: listText(resource.permissions) };
    case 'account':
      return { state: 'on' };
    case 'grant':
      return { granted: resource.wanted ? 'yes' : 'no' };
    case 'subject':
      return {};
    case 'environment':
      return { branches: 'restricted' };
    case 'branch':
      return { allowed: 'yes' };
    case 'variable':
      return { value: resource.value };
    case 'file':
      return { content: resource.content };
  }
}

export const mappingField = (attribute: string): string => `mapping of ${attribute}`;

/** A list as a field: sorted, because the order says nothing. */
export const listText = (items: readonly string[]): string => [...new Set(items)].sort().join(',');
