import { createHash } from 'node:crypto';

/** A software bill of materials in the format of CycloneDX 1.6: the packages inside `dist/`, and its files. */

interface Locked {
  version?: string;
  license?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  link?: boolean;
}
export type Packages = Record<string, Locked>;

export interface BundledFile {
  name: string;
  sha256: string;
  /** Names of the npm packages of which it holds code. */
  packages: readonly string[];
}

interface Component {
  type: string;
  'bom-ref': string;
  name: string;
  version?: string;
  [key: string]: unknown;
}

/** `node_modules/a/node_modules/@b/c` as `@b/c`. */
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** The place of a dependency, found as Node finds it: inside the package, then in each folder above. */
function placeOf(packages: Packages, from: string, name: string): string | undefined {
  let base = from;
  for (;;) {
    const place = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`;
    if (packages[place]) return place;
    if (base === '') return undefined;
    base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/') - 1));
  }
}

/**
 * Every place in the lockfile that the packages in the bundle lead to, with what it depends on. The product installs nothing: what is
 * bundled are development dependencies, and `isBundled` tells them from the tools.
 */
export function reachable(packages: Packages, isBundled: (name: string) => boolean): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const visit = (place: string): void => {
    if (found.has(place)) return;
    const { dependencies = {}, devDependencies = {} } = packages[place] ?? {};
    const own = place === '' ? Object.keys(devDependencies).filter(isBundled) : [];
    const needs = [...Object.keys(dependencies), ...own].flatMap(
      (name) => placeOf(packages, place, name) ?? [],
    );
    found.set(place, needs);
    for (const next of needs) visit(next);
  };
  visit('');
  return found;
}

const purlOf = (name: string, version: string) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** One entry for each name and version. The same version may lie in several places. */
function packageComponents(packages: Packages, places: readonly string[]): Component[] {
  const byRef = new Map<string, Component>();
  for (const place of places) {
    const { version = '', license, integrity } = packages[place] ?? {};
    const name = nameOf(place);
    const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
    const ref = purlOf(name, version);
    const digest = /^sha512-(.+)$/.exec(integrity ?? '')?.[1];
    byRef.set(ref, {
      type: 'library',
      'bom-ref': ref,
      ...(group ? { group } : {}),
      name: short ?? name,
      version,
      scope: 'required',
      ...(digest
        ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
        : {}),
      ...(license ? { licenses: [{ expression: license }] } : {}),
      purl: ref,
    });
  }
  return [...byRef.values()].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
}

export interface Product {
  name: string;
  version: string;
  repository: string;
  /** The commit from which `dist/` was built. */
  commit: string;
  /** Time of that commit, ISO 8601. */
  time: string;
}

/** The same input gives the same text, byte for byte. Throws if a bundled package is not in the lockfile at all. */
export function makeSbom(product: Product, packages: Packages, files: readonly BundledFile[]): string {
  const bundled = new Set(files.flatMap((file) => file.packages));
  const graph = reachable(packages, (name) => bundled.has(name));
  const declared = [...graph.keys()].filter((place) => place !== '' && bundled.has(nameOf(place)));
  // A package may load another one only if it is there (`debug` does), without declaring it. Then it comes from the top folder.
  const undeclared = [...bundled]
    .filter((name) => !declared.some((place) => nameOf(place) === name))
    .map((name) => `node_modules/${name}`)
    .filter((place) => packages[place]);
  const places = [...declared, ...undeclared];
  const missing = [...bundled].filter((name) => !places.some((place) => nameOf(place) === name));
  if (missing.length > 0)
    throw new Error(`the lockfile has no ${missing.join(', ')}, which the bundle holds`);
  const refOf = (place: string) => purlOf(nameOf(place), packages[place]?.version ?? '');
  const refs = (list: readonly string[]) => [...new Set(list.map(refOf))].sort();
  const root = `pkg:github/${product.repository}@v${product.version}`;
  const needs = new Map<string, Set<string>>();
  for (const place of places)
    for (const ref of refs((graph.get(place) ?? []).filter((next) => places.includes(next)))) {
      const known = needs.get(refOf(place)) ?? new Set();
      needs.set(refOf(place), known.add(ref));
    }
  const components = packageComponents(packages, places);
  const fileComponents = files.map(
    ({ name, sha256 }): Component => ({
      type: 'file',
      'bom-ref': `dist/${name}`,
      name: `dist/${name}`,
      hashes: [{ alg: 'SHA-256', content: sha256 }],
    }),
  );
  const dependencies = [
    { ref: root, dependsOn: files.map(({ name }) => `dist/${name}`) },
    ...files.map(({ name, packages: own }) => ({
      ref: `dist/${name}`,
      dependsOn: refs(places.filter((place) => own.includes(nameOf(place)))),
    })),
    ...components.map(({ 'bom-ref': ref }) => ({ ref, dependsOn: [...(needs.get(ref) ?? [])].sort() })),
  ];
  const content = { components: [...components, ...fileComponents], dependencies };
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([product, content]))}`,
    version: 1,
    metadata: {
      timestamp: product.time,
      component: {
        type: 'application',
        'bom-ref': root,
        name: product.name,
        version: product.version,
        licenses: [{ expression: 'Apache-2.0' }],
        purl: root,
        externalReferences: [
          { type: 'vcs', url: `https://github.com/${product.repository}/commit/${product.commit}` },
        ],
      },
    },
    ...content,
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** A UUID (version 8) from a digest of the content. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
