/** HCL's native syntax as a tree. Offsets are those of the file. */
export interface Body {
  attributes: Attribute[];
  blocks: Block[];
}

export interface Attribute {
  name: string;
  at: number;
  end: number;
  value: Expression;
}

export interface Block {
  type: string;
  labels: string[];
  at: number;
  end: number;
  body: Body;
}

interface Located {
  at: number;
  end: number;
}

export type Expression = Located &
  (
    | { kind: 'literal'; value: string | number | boolean | null }
    | { kind: 'template'; parts: (string | Expression)[] }
    | { kind: 'list'; items: Expression[] }
    | { kind: 'object'; entries: { key: Expression; value: Expression }[] }
    | { kind: 'call'; name: string; args: Expression[] }
    /** `var.name`, `google_x.y.z`: the root and its attributes. */
    | { kind: 'reference'; path: string[] }
    | { kind: 'index'; from: Expression; key: Expression }
    | { kind: 'attribute'; from: Expression; name: string }
    | { kind: 'choice'; test: Expression; yes: Expression; no: Expression }
    | { kind: 'binary'; op: string; left: Expression; right: Expression }
    | { kind: 'unary'; op: string; value: Expression }
    /** `[for x in list : value]`, a splat, a directive of a template: not evaluated. */
    | { kind: 'loop'; parts: Expression[] }
  );

export const attributeOf = (body: Body | undefined, name: string): Attribute | undefined =>
  body?.attributes.find((attribute) => attribute.name === name);

export const blocksOf = (body: Body | undefined, type: string): Block[] =>
  body?.blocks.filter((block) => block.type === type) ?? [];
