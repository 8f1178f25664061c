import { blockOf, type Embedded } from '../files/embedded.ts';
import { resolvePath } from '../files/repository.ts';
import { evaluate, sole, soleText } from '../hcl/evaluate.ts';
import { attributeOf, blocksOf, type Expression } from '../hcl/node.ts';
import type { Resource } from '../hcl/terraform.ts';
import type { Variables } from '../shell/command.ts';

/** A script that `terraform apply` runs. */
export interface ProvisionerScript {
  script: Embedded;
  variables: Variables;
  folder: string;
}

const isShell = /^(.*\/)?(ba|da|z|k)?sh$/;

/** The commands of `local-exec` and `remote-exec`. */
export const provisionerScripts = (resources: readonly Resource[]): ProvisionerScript[] =>
  resources.flatMap((resource) =>
    blocksOf(resource.body, 'provisioner').flatMap(({ labels, body }): ProvisionerScript[] => {
      const given = (name: string) => attributeOf(body, name)?.value;
      const value = (name: string) => {
        const node = given(name);
        return node && sole(evaluate(node, resource.scope))?.value;
      };
      const interpreter = value('interpreter');
      if (Array.isArray(interpreter) && !isShell.test(String(interpreter[0] ?? ''))) return [];
      const names = labels[0] === 'local-exec' ? ['command'] : ['inline'];
      const within = value('working_dir');
      const folder =
        labels[0] === 'local-exec'
          ? resolvePath(resource.folder, typeof within === 'string' ? within : '')
          : undefined;
      const variables = variablesOf(given('environment'), resource);
      return names.flatMap((name) => {
        const node = given(name);
        const commands = node?.kind === 'list' ? node.items : node ? [node] : [];
        return commands.map((command) => ({
          script: embedded(command, resource),
          variables,
          folder: folder ?? resource.folder,
        }));
      });
    }),
  );

function variablesOf(node: Expression | undefined, { scope }: Resource): Variables {
  if (node?.kind !== 'object') return new Map();
  return new Map(
    node.entries.flatMap(({ key, value }) => {
      const name = key.kind === 'reference' ? key.path.join('.') : soleText(evaluate(key, scope));
      return name === undefined ? [] : [[name, [soleText(evaluate(value, scope))]] as const];
    }),
  );
}

/** The command with the values of its interpolations. One that the files do not say becomes a variable without a value. */
function embedded(node: Expression, resource: Resource): Embedded {
  const { file, scope, place, text } = resource;
  const raw = text.slice(node.at, node.end);
  const isBlock = raw.startsWith('<<');
  if (node.kind === 'template') return joined(node, resource, isBlock);
  const command = soleText(evaluate(node, scope)) ?? '';
  const start = place(node.at);
  if (!isBlock) {
    const column = start.column + (raw.startsWith('"') ? 1 : 0);
    // The lines of a quoted text are escapes on one line of the file.
    return { file, text: command, at: (offset) => ({ line: start.line, column: column + offset }) };
  }
  const filled = (lines: string) => lines.split('\n').find((line) => line.trim() !== '') ?? '';
  const indent = (line: string) => /^[ \t]*/.exec(line)?.[0].length ?? 0;
  const moved = indent(filled(raw.slice(raw.indexOf('\n') + 1))) - indent(filled(command));
  return blockOf(file, command, start.line + 1, moved);
}

/** Each part of a template keeps its place in the file, however long the value of the part before it is. */
function joined(
  node: Extract<Expression, { kind: 'template' }>,
  { file, scope, place, text }: Resource,
  isBlock: boolean,
): Embedded {
  const parts: { start: number; from: number; isText: boolean }[] = [];
  let from = isBlock ? text.indexOf('\n', node.at) + 1 : node.at + (text[node.at] === '"' ? 1 : 0);
  let command = '';
  for (const part of node.parts) {
    const isText = typeof part === 'string';
    parts.push({ start: command.length, from, isText });
    command += isText ? part : (soleText(evaluate(part, scope)) ?? '$UNKNOWN');
    from = isText ? from + part.length : text.indexOf('}', part.end) + 1;
  }
  return {
    file,
    text: command,
    at(offset) {
      const part = parts.findLast(({ start }) => start <= offset);
      return place(part ? part.from + (part.isText ? offset - part.start : 0) : node.at);
    },
  };
}
