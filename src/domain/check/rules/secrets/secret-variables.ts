import { isNoSecret, plainName, secretName } from '../../../source/secrets/variables.ts';
import type { Place } from '../../files/repository.ts';
import { evaluate } from '../../hcl/evaluate.ts';
import { attributeOf, type Body, type Expression } from '../../hcl/node.ts';
import type { Resource } from '../../hcl/terraform.ts';
import { optionsOf } from '../../shell/gcloud.ts';
import type { Rule } from '../rule.ts';
import { ownAction } from '../shared/uses.ts';

const fix =
  'Keep the value in Secret Manager, and name it: secrets: NAME=secret:1, --set-secrets=NAME=secret:1 or secret_environment_variables.';

const variableOptions = ['--set-env-vars', '--update-env-vars', '--env-vars'];
const secretOptions = ['--set-secrets', '--update-secrets'];
const fromSecret = /\$\{\{[^}]*\bsecrets\.([\w-]+)/;

/** `NAME=value` pairs by commas, lines or gcloud's own delimiter. */
function pairsOf(text: string): [name: string, value: string][] {
  const [, delimiter, rest = text] = /^\^(.+?)\^(.*)$/s.exec(text) ?? [];
  return (delimiter ? rest.split(delimiter) : rest.split(/[,\n]/)).flatMap((pair) => {
    const [, name, value = ''] = /^\s*["']?([\w./-]+?)["']?\s*[=:]\s*(.*)$/s.exec(pair) ?? [];
    return name ? [[name, value.trim().replace(/^(["'])(.*)\1$/s, '$2')] as [string, string]] : [];
  });
}

export const secretAsVariable: Rule = (facts, report) => {
  const tell = (at: Place, name: string, evidence: string, literal: boolean) =>
    report.found({
      severity: 'high',
      confidence: literal ? 'medium' : 'high',
      at,
      title: literal
        ? `${name} of the function holds a secret in plain text.`
        : `A secret becomes the plain environment variable ${name} of the function.`,
      fix,
      evidence,
    });
  for (const call of facts.calls) {
    if (!/deploy|update/.test(call.verb)) continue;
    for (const { word, valueWord, value } of optionsOf(call, ...variableOptions)) {
      const shown = valueWord ?? word;
      for (const [name, text] of pairsOf(
        shown.raw.replace(/^["']?--[\w-]+=/, '').replace(/^(["'])(.*)\1$/s, '$2'),
      )) {
        const variable = /^\$\{?(\w+)\}?$/.exec(text)?.[1];
        const origin = variable && call.step?.env.get(variable)?.text;
        if (plainName(name)) continue;
        if (fromSecret.test(text) || (origin && fromSecret.test(origin)))
          tell(shown.at, name, `${call.verb} ${name}`, false);
        else if (value !== undefined && secretName(name) && !isNoSecret(text))
          tell(shown.at, name, `${call.verb} ${name}`, true);
      }
    }
  }
  for (const step of facts.steps) {
    if (!deploys(step.uses?.name, ownAction(step.uses))) continue;
    for (const input of [
      'environment_variables',
      'env_vars',
      'env_vars_file',
      'build_environment_variables',
    ]) {
      const given = step.with.get(input);
      if (!given) continue;
      for (const [name, text] of pairsOf(given.text)) {
        const at = given.at;
        if (plainName(name)) continue;
        if (fromSecret.test(text)) tell(at, name, `${input} ${name}`, false);
        else if (secretName(name) && !isNoSecret(text) && !text.includes('${{'))
          tell(at, name, `${input} ${name}`, true);
      }
    }
  }
  for (const resource of facts.resources)
    for (const one of terraformVariables(resource)) inTerraform(resource, one, tell);
};

const deploys = (name: string | undefined, own: string | undefined): boolean =>
  /^google-github-actions\/deploy-(cloudrun|cloud-functions)$/.test(name ?? '') ||
  own === 'release' ||
  own === 'deploy';

interface Variable {
  name: string;
  value: Expression;
}

const runs = /^google_(cloudfunctions2?_function|cloud_run_service|cloud_run_v2_(service|job))$/;

function terraformVariables(resource: Resource): Variable[] {
  if (!runs.test(resource.type)) return [];
  const found: Variable[] = [];
  const visit = (body: Body) => {
    for (const { name, value } of body.attributes)
      if (name === 'environment_variables' && value.kind === 'object')
        for (const entry of value.entries)
          if (entry.key.kind === 'literal') found.push({ name: String(entry.key.value), value: entry.value });
    for (const block of body.blocks) {
      const [name, value] = [attributeOf(block.body, 'name'), attributeOf(block.body, 'value')];
      if (block.type === 'env' && name?.value.kind === 'literal' && value)
        found.push({ name: String(name.value.value), value: value.value });
      visit(block.body);
    }
  };
  visit(resource.body);
  return found;
}

function inTerraform(
  resource: Resource,
  { name, value }: Variable,
  tell: (at: Place, name: string, evidence: string, literal: boolean) => void,
): void {
  const text = resource.text.slice(value.at, value.end);
  const evidence = `${resource.type}.${resource.name} ${name}`;
  if (/secret_data\b|random_password\.|google_service_account_key\./.test(text))
    tell(resource.place(value.at), name, evidence, false);
  else if (
    value.kind === 'literal' &&
    secretName(name) &&
    typeof value.value === 'string' &&
    !isNoSecret(value.value)
  )
    tell(resource.place(value.at), name, evidence, true);
}

export const secretLatest: Rule = (facts, report) => {
  const tell = (at: Place, name: string, secret: string) =>
    report.found({
      severity: 'low',
      confidence: 'high',
      at,
      title: `${name} follows the latest version of the secret ${secret}.`,
      fix: `Pin a version: ${name}=${secret}:1, and release when the secret changes.`,
      evidence: `${name}=${secret}:latest`,
    });
  const pairs = (at: Place, text: string) => {
    for (const [name, value] of pairsOf(text)) {
      const [, secret] = /^(.+?)[:/](?:versions\/)?latest$/.exec(value) ?? [];
      // The function reads a mounted file at each access, so there the latest version is right.
      if (secret && !name.startsWith('/')) tell(at, name, secret);
    }
  };
  for (const call of facts.calls)
    for (const { word, valueWord, value } of optionsOf(call, ...secretOptions))
      if (value) pairs((valueWord ?? word).at, value);
  for (const step of facts.steps)
    if (deploys(step.uses?.name, ownAction(step.uses))) {
      const given = step.with.get('secrets');
      if (given) pairs(given.at, given.text);
    }
  for (const resource of facts.resources) if (runs.test(resource.type)) latestInTerraform(resource, tell);
};

function latestInTerraform(
  resource: Resource,
  tell: (at: Place, name: string, secret: string) => void,
): void {
  const text = (body: Body, name: string): string | undefined => {
    const attribute = attributeOf(body, name);
    const value = attribute && evaluate(attribute.value, resource.scope).values[0]?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const visit = (body: Body, name: string) => {
    for (const block of body.blocks) {
      const own = text(block.body, 'key') ?? text(block.body, 'name') ?? name;
      const version = attributeOf(block.body, 'version');
      if (
        /^(secret_environment_variables|secret_key_ref)$/.test(block.type) &&
        version &&
        text(block.body, 'version') === 'latest'
      )
        tell(
          resource.place(version.at),
          block.type === 'secret_key_ref' ? name : own,
          text(block.body, 'secret') ?? 'of the variable',
        );
      if (block.type !== 'secret_volumes' && block.type !== 'volumes') visit(block.body, own);
    }
  };
  visit(resource.body, 'A variable');
}
