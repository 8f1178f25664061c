import type { Api } from '../../../gateway/api.ts';
import { readApi } from '../../../gateway/read-api.ts';
import type { Facts } from '../../facts/facts.ts';
import { isSample } from '../../facts/kinds.ts';
import { fileName } from '../../files/repository.ts';

/** An OpenAPI document that a gateway of Google could serve. */
export interface Definition {
  file: string;
  api: Api;
  /** It carries Google's extensions, so it is the definition of a gateway. */
  isGateway: boolean;
  /** False if nothing says that a gateway serves it: it names no credential, and no command and no resource takes it. */
  isServed: boolean;
}

const extensions =
  /x-google-(backend|management|allow|endpoints|issuer|jwks_uri|audiences|quota|api-management|api-name|auth)/;

/** All documents of OpenAPI 2 and 3. */
export function definitionsOf(facts: Facts): Definition[] {
  return facts.documents.flatMap(({ file, node }) => {
    const api = isSample(file) ? undefined : readApi(node);
    if (!api) return [];
    const isGateway = extensions.test(facts.repository.text(file) ?? '');
    return [
      {
        file,
        api,
        isGateway,
        isServed:
          isGateway ||
          api.schemes.size > 0 ||
          api.operations.some(({ security }) => security !== undefined) ||
          /(^|\/)(openapi|swagger|api|[\w-]*gateway)[\w-]*\.\w+$/i.test(file) ||
          isTaken(facts, file),
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
