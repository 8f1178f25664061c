import { type Embedded, joinedOf } from '../files/embedded.ts';

/** The recipe of one target of a Makefile. */
export interface Recipe {
  targets: string[];
  needs: string[];
  script: Embedded;
  line: number;
}

/** Reads the recipes of a Makefile. `$(NAME)` becomes `${NAME}`, `$$` becomes `$`, and the marks `@-+` are taken off. */
export function readMakefile(
  file: string,
  text: string,
): { recipes: Recipe[]; variables: Map<string, string> } {
  const recipes: Recipe[] = [];
  const variables = new Map<string, string>();
  let lines: { text: string; line: number }[] = [];
  let current: Omit<Recipe, 'script'> | undefined;
  const close = () => {
    if (current && lines.length > 0) recipes.push({ ...current, script: scriptOf(file, lines) });
    lines = [];
  };
  let continues = false;
  for (const [index, line] of text.split('\n').entries()) {
    const number = index + 1;
    if (line.startsWith('\t') || (continues && lines.length > 0)) {
      lines.push({ text: line, line: number });
      continues = line.endsWith('\\');
      continue;
    }
    continues = false;
    const set = /^\s*(?:export\s+|override\s+)?([\w.-]+)\s*(?:[:?+]{0,3}=)\s*(.*)$/.exec(line);
    const rule = /^([^\s#:=][^:=#]*?)\s*::?(?!=)\s*([^;]*)(?:;(.*))?$/.exec(line);
    if (set && !rule) {
      if (set[1]) variables.set(set[1], (set[2] ?? '').replace(/\s+#.*$/, '').trim());
    } else if (rule) {
      close();
      const words = (part: string | undefined) => (part ?? '').split(/\s+/).filter(Boolean);
      current = { targets: words(rule[1]), needs: words(rule[2]), line: number };
      if (rule[3]) lines.push({ text: rule[3], line: number });
    } else if (
      line.trim() !== '' &&
      !line.startsWith('#') &&
      !/^\s*(if|else|endif|ifn?eq|ifn?def|include|-include|\.)/.test(line)
    )
      close();
  }
  close();
  return { recipes, variables };
}

function scriptOf(file: string, lines: readonly { text: string; line: number }[]): Embedded {
  const kept = lines.map(({ text, line }, index) => {
    // The marks stand at the start of a command. The next line of one may begin with an option.
    const continues = lines[index - 1]?.text.endsWith('\\') ?? false;
    const marks = (continues ? /^\s*/ : /^\t?\s*[@+-]*\s*/).exec(text)?.[0].length ?? 0;
    const shell = text
      .slice(marks)
      .replace(/\$\(([\w.-]+)\)/g, (_, name: string) => `\${${name.replace(/[.-]/g, '_')}}`)
      .replace(/\$\$/g, '$');
    return { text: shell, line, column: marks + 1 };
  });
  return joinedOf(file, kept.map((one) => one.text).join('\n'), kept);
}
