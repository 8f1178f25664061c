import type { Facts } from '../../facts/facts.ts';
import type { Place } from '../../files/repository.ts';
import type { Edit } from '../../found.ts';
import { evaluate, soleText } from '../../hcl/evaluate.ts';
import { attributeOf, blocksOf } from '../../hcl/node.ts';
import { lastOption } from '../../shell/gcloud.ts';

/** A provider of workload identity that trusts GitHub, as a file declares it. */
export interface FileProvider {
  at: Place;
  name: string;
  pool: string | undefined;
  /** `none`: there is none. Undefined: the files do not say. */
  condition: string | 'none' | undefined;
  conditionAt: Place;
  /** The condition as it stands in the file, if it can be replaced there. */
  conditionText: string | undefined;
  mapping: Record<string, string> | undefined;
  hasUploadedKeys: Place | undefined;
  /** Adds a condition. */
  add: ((condition: string) => Edit) | undefined;
}

const isGithub = (issuer: string): boolean =>
  /^https:\/\/(token\.actions\.githubusercontent\.com|token\.actions\.[\w-]+\.ghe\.com)(\/|$)/.test(issuer);
const isPublicGithub = (issuer: string): boolean => /token\.actions\.githubusercontent\.com/.test(issuer);

export function providersOf(facts: Facts): FileProvider[] {
  return [...facts.resources.flatMap(inTerraform), ...facts.calls.flatMap(inCall)];
}

function inTerraform(resource: Facts['resources'][number]): FileProvider[] {
  if (resource.type !== 'google_iam_workload_identity_pool_provider' || resource.kind !== 'resource')
    return [];
  const { body, scope, place, text } = resource;
  const oidc = blocksOf(body, 'oidc')[0];
  const issuer = attributeOf(oidc?.body, 'issuer_uri');
  const uri = issuer && soleText(evaluate(issuer.value, scope));
  const possible = issuer ? evaluate(issuer.value, scope).values.map(({ value }) => String(value)) : [];
  if (!oidc || !(uri !== undefined ? isGithub(uri) : possible.some(isGithub))) return [];
  const attribute = attributeOf(body, 'attribute_condition');
  const known = attribute && soleText(evaluate(attribute.value, scope));
  const mapping = attributeOf(body, 'attribute_mapping');
  const mapped = mapping && evaluate(mapping.value, scope);
  const keys = attributeOf(oidc.body, 'jwks_json');
  const pool = attributeOf(body, 'workload_identity_pool_id');
  return [
    {
      at: resource.at,
      name: resource.name,
      pool: pool && soleText(evaluate(pool.value, scope)),
      condition: attribute ? (known?.trim() === '' ? 'none' : known) : 'none',
      conditionAt: attribute ? place(attribute.at) : resource.at,
      conditionText:
        attribute && known !== undefined ? text.slice(attribute.value.at, attribute.value.end) : undefined,
      mapping:
        mapped && !mapped.open
          ? (mapped.values[0]?.value as Record<string, string> | undefined)
          : mapping
            ? undefined
            : {},
      hasUploadedKeys: keys && isPublicGithub(uri ?? '') ? place(keys.at) : undefined,
      // A new line of HCL has no place in JSON or in YAML.
      add:
        attribute || !/\.(tf|tofu)$/.test(resource.file)
          ? undefined
          : (condition) => ({
              ...place(oidc.at),
              old: 'oidc',
              new: `attribute_condition = "${condition}"\n  oidc`,
            }),
    },
  ];
}

function inCall(call: Facts['calls'][number]): FileProvider[] {
  const creates = call.verb === 'iam workload-identity-pools providers create-oidc';
  if (!creates && call.verb !== 'iam workload-identity-pools providers update-oidc') return [];
  const issuer = lastOption(call, '--issuer-uri')?.value;
  const condition = lastOption(call, '--attribute-condition');
  if (creates ? issuer === undefined || !isGithub(issuer) : !condition) return [];
  if (!creates && issuer !== undefined && !isGithub(issuer)) return [];
  const mapping = lastOption(call, '--attribute-mapping');
  const keys = lastOption(call, '--jwk-json-path');
  return [
    {
      at: call.at,
      name: call.positionals[0]?.text ?? 'the provider',
      pool: lastOption(call, '--workload-identity-pool')?.value,
      condition: condition ? condition.value : 'none',
      conditionAt: condition?.word.at ?? call.at,
      conditionText: undefined,
      mapping: mapping
        ? mapping.value === undefined
          ? undefined
          : mapOf(mapping.value)
        : creates
          ? {}
          : undefined,
      hasUploadedKeys: keys && isPublicGithub(issuer ?? '') ? keys.word.at : undefined,
      add: undefined,
    },
  ];
}

/** `a=b,c=d`, or with another delimiter `^;^a=b;c=d`. */
function mapOf(text: string): Record<string, string> {
  const [, delimiter = ',', rest = text] = /^\^(.+?)\^(.*)$/s.exec(text) ?? [];
  return Object.fromEntries(
    rest.split(delimiter).flatMap((pair) => {
      const at = pair.indexOf('=');
      return at > 0 ? [[pair.slice(0, at).trim(), pair.slice(at + 1)]] : [];
    }),
  );
}
