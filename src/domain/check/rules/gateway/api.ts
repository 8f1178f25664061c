import type { Facts } from '../../facts/facts.ts';
import { isSample } from '../../facts/kinds.ts';
import { fileName } from '../../files/repository.ts';
import {
  entriesOf,
  entryOf,
  itemsOf,
  nodeAt,
  textAt,
  type YamlEntry,
  type YamlNode,
} from '../../yaml/node.ts';

export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** An OpenAPI document that a gateway of Google could serve. */
export interface Api {
  file: string;
  root: YamlNode;
  version: 2 | 3;
  /** It carries Google's extensions, so it is the definition of a gateway. */
  isGateway: boolean;
  /** False if nothing says that a gateway serves it: it names no credential, and no command and no resource takes it. */
  isServed: boolean;
  schemes: ReadonlyMap<string, YamlNode>;
  operations: Operation[];
}

export interface Operation {
  path: string;
  method: string;
  entry: YamlEntry;
  /** The alternatives that hold for the operation. Undefined: neither it nor the document has any. */
  security: YamlNode | undefined;
  isOwn: boolean;
}

/** All documents of OpenAPI 2 and 3. Each operation has the security that holds for it. */
export function apisOf(facts: Facts): Api[] {
  return facts.documents.flatMap(({ file, node }) => {
    const version =
      textAt(node, 'swagger') === '2.0' ? 2 : /^3\./.test(textAt(node, 'openapi') ?? '') ? 3 : undefined;
    if (version === undefined || isSample(file)) return [];
    const global = nodeAt(node, 'security');
    const operations = entriesOf(nodeAt(node, 'paths')).flatMap(({ key: path, value }) =>
      entriesOf(value)
        .filter(({ key }) => methods.includes(key.toLowerCase()))
        .map((entry): Operation => {
          const own = entryOf(entry.value, 'security');
          return {
            path,
            method: entry.key.toLowerCase(),
            entry,
            security: own?.value ?? global,
            isOwn: own !== undefined,
          };
        }),
    );
    const schemes =
      version === 2 ? nodeAt(node, 'securityDefinitions') : nodeAt(node, 'components', 'securitySchemes');
    const text = facts.repository.text(file) ?? '';
    const isGateway =
      /x-google-(backend|management|allow|endpoints|issuer|jwks_uri|audiences|quota|api-management|api-name)/.test(
        text,
      );
    return [
      {
        file,
        root: node,
        version,
        isGateway,
        isServed:
          isGateway ||
          schemes !== undefined ||
          operations.some(({ security }) => security !== undefined) ||
          /(^|\/)(openapi|swagger|api|[\w-]*gateway)[\w-]*\.\w+$/i.test(file) ||
          isTaken(facts, file),
        schemes: new Map(entriesOf(schemes).map(({ key, value: scheme }) => [key, scheme])),
        operations,
      },
    ];
  });
}

/** Does a command or a resource hand the file to a gateway? */
const isTaken = (facts: Facts, file: string): boolean =>
  facts.calls.some(
    ({ verb, command }) =>
      /^(api-gateway|endpoints) /.test(verb) &&
      command.words.some(({ text, raw }) => (text ?? raw).includes(fileName(file))),
  ) ||
  facts.resources.some(
    ({ type, text, body }) =>
      /^google_(api_gateway_api_config|endpoints_service)$/.test(type) &&
      [...body.attributes, ...body.blocks].some(({ at, end }) =>
        text.slice(at, end).includes(fileName(file)),
      ),
  );

/** Names of the schemes of one alternative. An empty one lets everyone in. */
export const namesOf = (alternative: YamlNode): string[] => entriesOf(alternative).map(({ key }) => key);
export const alternativesOf = (security: YamlNode | undefined): readonly YamlNode[] => itemsOf(security);
