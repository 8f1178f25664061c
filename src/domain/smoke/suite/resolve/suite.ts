import type { Path, Place } from '../../../data/locate.ts';
import { nearest } from '../../../data/nearest.ts';
import type { Suite } from '../model.ts';
import type { UnplacedProblem } from '../problem.ts';
import type { SuiteFile } from '../schema/suite-file.ts';
import { resolveCase } from './case.ts';
import { resolveLatency, resolvePreset } from './checks.ts';
import { checkJmespath } from './jmespath.ts';
import { resolveVariants } from './variants.ts';

/** A suite with every default filled in. `placeAt` gives the place of a path in the file; new problems go to `problems`. */
export function resolveSuite(
  data: SuiteFile,
  file: string,
  placeAt: (path: Path) => Place,
  problems: UnplacedProblem[],
): Suite {
  const names = new Set<string>();
  const cases = data.cases.map((item, i) => {
    const path = ['cases', i];
    const resolved = resolveCase(item, data.defaults, (inner, message, needsQuotes) =>
      problems.push({ path: [...path, ...inner], message, needsQuotes }),
    );
    if (names.has(resolved.name))
      problems.push({ path, message: `Two cases have the name ${resolved.name}: rename one of them.` });
    names.add(resolved.name);
    const filePlaces = {
      image: placeAt([...path, 'image']),
      text: placeAt([...path, 'expect', 'text_file']),
    };
    return { ...resolved, place: placeAt(path), filePlaces };
  });
  const checkName = (name: string | undefined, path: Path) => {
    if (name === undefined || names.has(name)) return;
    const near = nearest(name, [...names]);
    problems.push({ path, message: `No case has the name ${name}${near ? `: did you mean ${near}?` : '.'}` });
  };
  const presets = (data.presets ?? []).map((item, i) => {
    const preset = resolvePreset(item, placeAt(['presets', i]));
    checkName(preset.caseName, ['presets', i, 'case']);
    for (const path of preset.compare)
      checkJmespath(path, ['presets', i, 'compare'], (at, message) => problems.push({ path: at, message }));
    if (preset.withinMs === 0)
      problems.push({ path: ['presets', i, 'within'], message: 'within: no answer arrives within 0 s.' });
    return { ...preset, variants: resolveVariants(item, data, ['presets', i], placeAt, problems) };
  });
  checkName(data.latency?.case, ['latency', 'case']);
  const latency = data.latency && resolveLatency(data.latency, placeAt(['latency']));
  const limits = Object.entries({ ...latency?.limits, cold: latency?.coldMs });
  for (const [limit] of limits.filter(([, milliseconds]) => milliseconds === 0))
    problems.push({ path: ['latency', limit], message: `${limit}: no answer arrives within 0 s.` });
  const name = data.name ?? (file.split(/[\\/]/).at(-1) ?? file).replace(/\.ya?ml$/, '');
  const champion = data.champion && {
    place: placeAt(['champion']),
    maxWorse: data.champion.max_worse ?? 0.01,
  };
  if (champion && !cases.some(({ expect }) => expect.text !== undefined || expect.textFile !== undefined))
    problems.push({
      path: ['champion'],
      message: 'champion compares error rates, so a case needs text or text_file.',
    });
  return { name, file, cases, presets, latency, champion };
}
