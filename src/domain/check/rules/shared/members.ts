import { itemsOf, mapsIn, nodeAt, textAt, type YamlNode } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Place } from '../../files/repository.ts';
import { evaluate, soleText } from '../../hcl/evaluate.ts';
import { attributeOf, type Body, blocksOf } from '../../hcl/node.ts';
import type { Resource } from '../../hcl/terraform.ts';
import { lastOption, optionsOf } from '../../shell/gcloud.ts';
import { placeOf } from '../../workflow/parts.ts';

/** A member that some file grants a role. */
export interface Grant {
  member: string;
  /** Undefined if the files do not say. */
  role: string | undefined;
  /** On what: `service`, `project` or above, a service account, or something else. */
  on: 'service' | 'project' | 'account' | 'other';
  at: Place;
  /** False if a condition or a variable decides whether the member is granted the role. */
  sure: boolean;
  /** The text at the place that names the member, if it stands there as it is. */
  raw: string | undefined;
  isLoose: boolean;
  resource?: Resource | undefined;
}

const kinds: readonly [RegExp, Grant['on']][] = [
  [
    /^google_(cloudfunctions_function|cloudfunctions2_function|cloud_run_service|cloud_run_v2_service|cloud_run_v2_worker_pool|iap_web_cloud_run_service)_iam_/,
    'service',
  ],
  [/^google_(project|folder|organization)_iam_/, 'project'],
  [/^google_service_account_iam_/, 'account'],
];

/** Every grant in Terraform, in commands and in files of Kubernetes. */
export function grantsOf(facts: Facts): Grant[] {
  return [
    ...facts.resources.flatMap(inTerraform),
    ...facts.calls.flatMap((call) => inCall(facts, call)),
    ...inDocuments(facts),
  ];
}

function inTerraform(resource: Resource): Grant[] {
  const { type, body } = resource;
  if (type === 'google_iam_policy')
    return blocksOf(body, 'binding').flatMap((block) => inBody(resource, block.body, 'service'));
  const on =
    kinds.find(([pattern]) => pattern.test(type))?.[1] ??
    (/_iam_(member|binding)$/.test(type) ? 'other' : undefined);
  return on === undefined ? [] : inBody(resource, body, on);
}

function inBody(resource: Resource, body: Body, on: Grant['on']): Grant[] {
  const { scope } = resource;
  const role = attributeOf(body, 'role');
  const name = role && soleText(evaluate(role.value, scope));
  return ['member', 'members'].flatMap((key) => {
    const attribute = attributeOf(body, key);
    if (!attribute) return [];
    return evaluate(attribute.value, scope).values.flatMap(({ value, sure, at }) =>
      (Array.isArray(value) ? value : [value]).flatMap((member): Grant[] => {
        if (typeof member !== 'string') return [];
        const text = resource.text.slice(attribute.at, attribute.end);
        const offset = text.indexOf(member);
        return [
          {
            member,
            role: name,
            on,
            at:
              offset >= 0
                ? resource.place(attribute.at + offset)
                : resource.place(isInside(attribute, at) ? at : attribute.at),
            sure,
            raw: offset >= 0 ? member : undefined,
            isLoose: false,
            resource,
          },
        ];
      }),
    );
  });
}

const isInside = ({ at, end }: { at: number; end: number }, offset: number) => offset >= at && offset < end;

const verbs: readonly [RegExp, Grant['on']][] = [
  [
    /^(functions|run services) (add-iam-policy-binding|add-invoker-policy-binding)$|^iap web add-iam-policy-binding$/,
    'service',
  ],
  [
    /^(projects|resource-manager folders|organizations|resource-manager organizations) add-iam-policy-binding$/,
    'project',
  ],
  [/^iam service-accounts add-iam-policy-binding$/, 'account'],
];

function inCall(facts: Facts, call: Facts['calls'][number]): Grant[] {
  if (/^(functions|run services) set-iam-policy$/.test(call.verb)) return inPolicyFile(facts, call);
  const on = verbs.find(([pattern]) => pattern.test(call.verb))?.[1];
  if (!on) return [];
  const role = lastOption(call, '--role');
  const standard = call.verb.endsWith('add-invoker-policy-binding') ? 'roles/run.invoker' : undefined;
  return optionsOf(call, '--member').flatMap(({ value, valueWord, word }): Grant[] =>
    value === undefined
      ? []
      : [
          {
            member: value,
            role: role ? role.value : standard,
            on,
            at: (valueWord ?? word).at,
            sure: !word.maybe,
            raw: undefined,
            isLoose: call.isLoose,
          },
        ],
  );
}

function inPolicyFile(facts: Facts, call: Facts['calls'][number]): Grant[] {
  const path = call.positionals.at(-1)?.text;
  const read = path === undefined ? undefined : facts.yaml(path);
  if (path === undefined || !read || 'problem' in read) return [];
  return read.documents.flatMap((node) => bindings(path, node, 'service'));
}

function bindings(file: string, node: YamlNode | undefined, on: Grant['on']): Grant[] {
  return itemsOf(nodeAt(node, 'bindings')).flatMap((binding) =>
    itemsOf(nodeAt(binding, 'members')).flatMap((member): Grant[] => {
      const text = member.kind === 'text' ? member.text : textAt(member, 'member');
      if (text === undefined) return [];
      return [
        {
          member: text,
          role: textAt(binding, 'role'),
          on,
          at: placeOf(file, member),
          sure: true,
          raw: text,
          isLoose: false,
        },
      ];
    }),
  );
}

/** Config Connector: IAMPolicyMember, IAMPartialPolicy and IAMPolicy. */
function inDocuments(facts: Facts): Grant[] {
  return facts.documents.flatMap(({ file, node }) =>
    [...mapsIn(node)].flatMap((map): Grant[] => {
      const kind = textAt(map, 'kind') ?? '';
      if (!/^IAM(PolicyMember|PartialPolicy|Policy)$/.test(kind)) return [];
      const spec = nodeAt(map, 'spec');
      const target = textAt(spec, 'resourceRef', 'kind') ?? '';
      const on: Grant['on'] = /^(Run|CloudFunctions)/.test(target)
        ? 'service'
        : /^(Project|Folder|Organization)$/.test(target)
          ? 'project'
          : target === 'IAMServiceAccount'
            ? 'account'
            : 'other';
      const member = nodeAt(spec, 'member');
      const own: Grant[] =
        member?.kind === 'text'
          ? [
              {
                member: member.text,
                role: textAt(spec, 'role'),
                on,
                at: placeOf(file, member),
                sure: true,
                raw: member.text,
                isLoose: false,
              },
            ]
          : [];
      return [...own, ...bindings(file, spec, on)];
    }),
  );
}
