import { entriesOf, itemsOf, nodeAt, textAt, type YamlNode, type YamlText } from '../../yaml/node.ts';
import { embed } from '../files/embed.ts';
import {
  commandWithoutShell,
  type ShellCommand,
  type ShellScript,
  type ShellWord,
} from '../shell/command.ts';
import { readScript } from '../shell/read-script.ts';

/** The commands of a Cloud Build file: `script:`, `entrypoint: bash` with `-c`, and `args` as the words of a program. */
export function cloudBuildScripts(file: string, source: string, root: YamlNode | undefined): ShellScript[] {
  const values = new Map(
    entriesOf(nodeAt(root, 'substitutions')).flatMap(({ key, value }) =>
      value.kind === 'text' ? [[key, value.text] as const] : [],
    ),
  );
  return itemsOf(nodeAt(root, 'steps')).flatMap((step) => {
    const script = nodeAt(step, 'script');
    if (script?.kind === 'text') return [readScript(embed(file, source, script))];
    const args = itemsOf(nodeAt(step, 'args')).filter((item): item is YamlText => item.kind === 'text');
    const entry = textAt(step, 'entrypoint') ?? programOfImage(textAt(step, 'name') ?? '');
    if (/^(ba)?sh$/.test(entry)) {
      const code = args.find((arg) => !arg.text.startsWith('-'));
      const variables = new Map([...values].map(([name, value]) => [name, [value]]));
      return code ? [readScript(embed(file, source, code), { variables })] : [];
    }
    return [{ commands: [commandOf(file, entry, step, args, values)], assignments: [], problem: undefined }];
  });
}

/** The program that an image of Google runs if the step names none. */
const programOfImage = (image: string): string =>
  /\/gcloud(:|@|$)/.test(image) ? 'gcloud' : /\/docker(:|@|$)/.test(image) ? 'docker' : '';

function commandOf(
  file: string,
  entry: string,
  step: YamlNode,
  args: readonly YamlText[],
  values: ReadonlyMap<string, string>,
): ShellCommand {
  const at = { file, line: step.line, column: step.column };
  const word = ({ text, line, column, style }: YamlText): ShellWord => {
    let known = true;
    const whole = text.replace(/\$\$|\$\{?([A-Z_][A-Z0-9_]*)\}?/g, (all, name: string | undefined) => {
      if (name === undefined) return '$';
      const value = values.get(name);
      if (value === undefined) known = false;
      return value ?? all;
    });
    return {
      text: known ? whole : undefined,
      raw: text,
      at: { file, line, column: column + (style === 'quoted' ? 1 : 0) },
      maybe: false,
    };
  };
  return {
    ...commandWithoutShell([{ text: entry, raw: entry, at, maybe: false }, ...args.map(word)], at),
    excused: textAt(step, 'allowFailure') === 'true',
  };
}
