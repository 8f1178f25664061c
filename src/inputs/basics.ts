/**
 * What every action reads its inputs with and builds its report with. The bundle's first file holds these modules, because
 * webpack copies a small module into every chunk that uses it.
 */

export * as json from '../domain/data/json.ts';
export * as parse from '../domain/data/parse.ts';
export * as parseMap from '../domain/data/parse-map.ts';
export * as resourceName from '../domain/data/resource-name.ts';
export * as shell from '../domain/data/shell.ts';
export * as ofRule from '../domain/findings/of-rule.ts';
export * as definition from '../domain/inputs/definition.ts';
export * as kinds from '../domain/inputs/kinds.ts';
export * as identity from '../domain/login/identity.ts';
export * as report from '../domain/report/report.ts';
export * as shapes from './groups/shapes.ts';
export * as where from './groups/where.ts';
