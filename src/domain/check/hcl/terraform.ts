import { folderOf, lineStarts, type Place, placeAt, resolvePath } from '../files/repository.ts';
import { eitherOf, evaluate, type HclScope, soleText, type Values } from './evaluate.ts';
import { attributeOf, type Block, type Body, blocksOf, type Expression } from './node.ts';

export interface TerraformFile {
  file: string;
  text: string;
  body: Body;
}

/** A resource or a data source, with what its expressions can be. */
export interface Resource {
  kind: 'resource' | 'data';
  type: string;
  name: string;
  file: string;
  body: Body;
  at: Place;
  /** Values of `each.value`, if the resource stands for several. */
  scope: HclScope;
  place(offset: number): Place;
  text: string;
  /** The folder of its module. */
  folder: string;
}

/** All resources of all modules. A module of this repository is read with the arguments of each of its calls. */
export function resourcesOf(files: readonly TerraformFile[]): Resource[] {
  const folders = new Map<string, TerraformFile[]>();
  for (const file of files) {
    const folder = folderOf(file.file);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const calls = new Map<string, { block: Block; folder: string }[]>();
  for (const { file, body } of files)
    for (const block of blocksOf(body, 'module')) {
      const source = attributeOf(block.body, 'source')?.value;
      const path = source?.kind === 'literal' && typeof source.value === 'string' ? source.value : '';
      const folder = path.startsWith('.') ? resolvePath(folderOf(file), path) : undefined;
      if (folder !== undefined)
        calls.set(folder, [...(calls.get(folder) ?? []), { block, folder: folderOf(file) }]);
    }
  const scopes = new Map<string, HclScope>();
  const scopeOf = (folder: string, depth: number): HclScope => {
    const known = scopes.get(folder);
    if (known) return known;
    const scope = moduleScope(folders.get(folder) ?? [], calls.get(folder) ?? [], (outer) =>
      depth > 8 ? () => undefined : scopeOf(outer, depth + 1),
    );
    scopes.set(folder, scope);
    return scope;
  };
  return [...folders].flatMap(([folder, own]) =>
    own.flatMap((file) => inFile(file, folder, scopeOf(folder, 0))),
  );
}

function inFile({ file, text, body }: TerraformFile, folder: string, scope: HclScope): Resource[] {
  const starts = lineStarts(text);
  const place = (offset: number): Place => ({ file, ...placeAt(starts, offset) });
  return body.blocks.flatMap((block) => {
    const [type, name] = block.labels;
    if ((block.type !== 'resource' && block.type !== 'data') || type === undefined || name === undefined)
      return [];
    const own = eachScope(block.body, scope);
    return [
      {
        kind: block.type,
        type,
        name,
        file,
        body: block.body,
        at: place(block.at),
        scope: own,
        place,
        text,
        folder,
      },
    ];
  });
}

/** `each.value` and `each.key` are any item of `for_each`. */
function eachScope(body: Body, scope: HclScope): HclScope {
  const each = attributeOf(body, 'for_each');
  if (!each) return scope;
  const all = evaluate(each.value, scope);
  const items = (want: 'key' | 'value'): Values => ({
    open: all.open,
    values: all.values.flatMap(({ value, sure, at, end }) =>
      (Array.isArray(value)
        ? value
        : typeof value === 'object' && value !== null
          ? want === 'key'
            ? Object.keys(value)
            : Object.values(value)
          : []
      ).flatMap((item) => (item === undefined ? [] : [{ value: item, sure, at, end }])),
    ),
  });
  return (path) => {
    if (path[0] !== 'each') return scope(path);
    const found = items(path[1] === 'key' ? 'key' : 'value');
    return path.length > 2 ? within(found, path.slice(2)) : found;
  };
}

function within(values: Values, path: readonly string[]): Values {
  let at = values;
  for (const name of path)
    at = {
      open: at.open,
      values: at.values.flatMap((one) => {
        const { value } = one;
        const found =
          typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
            ? value[name]
            : undefined;
        return found === undefined ? [] : [{ ...one, value: found }];
      }),
    };
  return at;
}

const pool = 'google_iam_workload_identity_pool';

/** The full name of a pool, or its short one. Members name pools by these references. */
export function poolName(
  { body, at, end }: Pick<Block, 'body' | 'at' | 'end'>,
  name: string,
  attribute: string | undefined,
  scope: HclScope,
): Values | undefined {
  const id = attributeOf(body, 'workload_identity_pool_id');
  const short = (id && soleText(evaluate(id.value, scope))) ?? name;
  const isShort = attribute === 'workload_identity_pool_id';
  if (!isShort && attribute !== 'name' && attribute !== 'id') return undefined;
  const value = isShort ? short : `projects/PROJECT/locations/global/workloadIdentityPools/${short}`;
  return { values: [{ value, sure: true, at, end }], open: false };
}

function moduleScope(
  files: readonly TerraformFile[],
  calls: readonly { block: Block; folder: string }[],
  scopeOf: (folder: string) => HclScope,
): HclScope {
  const variables = new Map<string, Block>();
  const pools = new Map<string, Block>();
  const locals = new Map<string, Expression>();
  const set = new Map<string, Expression>();
  for (const { file, body } of files) {
    const isValues = /\.tfvars(\.json)?$/.test(file);
    for (const { name, value } of isValues ? body.attributes : []) set.set(name, value);
    for (const block of body.blocks) {
      if (block.type === 'variable' && block.labels[0]) variables.set(block.labels[0], block);
      if (block.type === 'resource' && block.labels[0] === pool && block.labels[1])
        pools.set(block.labels[1], block);
      if (block.type === 'locals')
        for (const { name, value } of block.body.attributes) locals.set(name, value);
    }
  }
  const busy = new Set<string>();
  const guarded = (key: string, read: () => Values | undefined): Values | undefined => {
    if (busy.has(key)) return undefined;
    busy.add(key);
    try {
      return read();
    } finally {
      busy.delete(key);
    }
  };
  const variable = (name: string): Values | undefined => {
    const given = set.get(name);
    if (given) return evaluate(given, scope);
    const standard = attributeOf(variables.get(name)?.body, 'default');
    const passed = calls.map(({ block, folder }) => {
      const argument = attributeOf(block.body, name);
      return argument
        ? evaluate(argument.value, scopeOf(folder))
        : standard && evaluate(standard.value, scope);
    });
    const known = passed.filter((values) => values !== undefined);
    if (calls.length > 0)
      return known.length === 1 ? known[0] : known.length > 1 ? eitherOf(known) : undefined;
    // Who applies the root module may give another value than the default.
    return standard && eitherOf([evaluate(standard.value, scope)]);
  };
  const scope: HclScope = ([root = '', name = '', ...rest]) => {
    const key = `${root}.${name}`;
    const pooled = root === pool ? pools.get(name) : undefined;
    if (pooled) return guarded(key, () => poolName(pooled, name, rest[0], scope));
    const found =
      root === 'var'
        ? guarded(key, () => variable(name))
        : root === 'local'
          ? guarded(key, () => {
              const local = locals.get(name);
              return local && evaluate(local, scope);
            })
          : undefined;
    return found && rest.length > 0 ? within(found, rest) : found;
  };
  return scope;
}
