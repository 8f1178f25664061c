import type { Path, Place } from '../../../data/locate.ts';
import type { SmokeCase } from '../model.ts';
import type { UnplacedProblem } from '../problem.ts';
import type { SuiteFile } from '../schema/suite-file.ts';
import { resolveCase } from './case.ts';
import { requestObject } from './request.ts';

/**
 * The variants of a case that `cache-correct` sends: its image, with another request and expectations of their own. A variant inherits
 * nothing that the case or the defaults expect of the text, because another language reads another text.
 */
export function resolveVariants(
  item: NonNullable<SuiteFile['presets']>[number],
  data: SuiteFile,
  path: Path,
  placeAt: (path: Path) => Place,
  problems: UnplacedProblem[],
): SmokeCase[] {
  const name = typeof item === 'string' ? item : item.preset;
  if (name !== 'cache-correct') return [];
  const { case: caseName, variants = [] } = typeof item === 'string' ? {} : item;
  const base = data.cases.find((one) => (one.name ?? one.image) === caseName);
  if (caseName === undefined || variants.length === 0) {
    const message =
      'cache-correct needs case, the case whose image it sends, and variants, the requests that must not share an answer.';
    problems.push({ path, message });
  }
  if (base === undefined) return [];
  const names = new Set<string>();
  return variants.map((variant, i) => {
    const at = [...path, 'variants', i];
    if (names.has(variant.name))
      problems.push({ path: at, message: `Two variants have the name ${variant.name}: rename one of them.` });
    names.add(variant.name);
    const inherited = requestObject(base.request);
    const request = {
      ...inherited,
      ...variant.request,
      headers: { ...inherited.headers, ...variant.request.headers },
    };
    const status = base.expect?.status ?? data.defaults?.expect?.status;
    const expect = { ...(status === undefined ? {} : { status }), ...variant.expect };
    const { expect: _expect, ...defaults } = data.defaults ?? {};
    const resolved = resolveCase(
      { ...base, name: variant.name, request, expect },
      defaults,
      (inner, message, needsQuotes) => problems.push({ path: [...at, ...inner], message, needsQuotes }),
    );
    const place = placeAt(at);
    return {
      ...resolved,
      place,
      filePlaces: { image: place, text: placeAt([...at, 'expect', 'text_file']) },
    };
  });
}
