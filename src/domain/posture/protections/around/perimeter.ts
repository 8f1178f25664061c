import { type JsonObject, listOf, objectOf, textOrEmpty, textsOf } from '../../../data/json.ts';
import type { PostureFacts } from '../../facts.ts';
import { type Hole, type Judged, notApplicable, type Protection, unread, withHoles } from '../../row.ts';

const title = (perimeter: JsonObject): string => textOrEmpty(perimeter.title) || textOrEmpty(perimeter.name);

/** An ingress rule that lets in everyone from everywhere. */
const letsInAll = (rule: JsonObject): boolean => {
  const from = objectOf(rule.ingressFrom);
  return (
    from.identityType === 'ANY_IDENTITY' &&
    listOf(from.sources).some((one) => objectOf(one).accessLevel === '*')
  );
};

/** An egress rule by which everyone may write anywhere. */
const letsOutAll = (rule: JsonObject): boolean =>
  objectOf(rule.egressFrom).identityType === 'ANY_IDENTITY' &&
  textsOf(objectOf(rule.egressTo).resources).includes('*');

function judge({ perimeters, exposure }: PostureFacts): Judged {
  if (!perimeters)
    return exposure.ancestry.ok
      ? notApplicable(
          'The project belongs to no organisation, so it can be in no perimeter.',
          exposure.ancestry.call,
        )
      : unread('The organisation was', exposure.ancestry);
  if (!perimeters.ok) return unread('The perimeters were', perimeters);
  // A perimeter names a project by its number. Without it nobody can say that none does.
  if (exposure.projectNumber === undefined && perimeters.value.length > 0)
    return {
      state: 'unknown',
      saw: 'The number of the project was not read, by which a perimeter names it.',
      call: perimeters.call,
      holes: [],
      permissions: ['resourcemanager.projects.get'],
    };
  const project = `projects/${exposure.projectNumber ?? ''}`;
  const names = (config: unknown) => textsOf(objectOf(config).resources).includes(project);
  const real = perimeters.value.filter(
    ({ status, perimeterType }) => names(status) && perimeterType !== 'PERIMETER_TYPE_BRIDGE',
  );
  const dry = perimeters.value.filter(({ spec, status }) => names(spec) && !names(status));
  const [first] = real;
  if (first === undefined && dry[0] === undefined)
    return notApplicable(
      'No perimeter of VPC Service Controls names the project. Most teams need none.',
      perimeters.call,
    );
  if (first === undefined)
    return withHoles(
      `The perimeter ${title(dry[0] ?? {})} names the project in a dry run.`,
      perimeters.call,
      [
        {
          about: ['dry-run', textOrEmpty(dry[0]?.name)],
          text: `The perimeter ${title(dry[0] ?? {})} is a dry run: it refuses nothing.`,
          severity: 'medium',
          fix: 'Read what it would have refused in the log, and enforce it.',
          call: perimeters.call,
        },
      ],
    );
  const status = objectOf(first.status);
  const holes: Hole[] = [];
  const services = textsOf(status.restrictedServices);
  const lacking = ['run.googleapis.com', 'storage.googleapis.com'].filter(
    (one) => !services.includes(one) && !services.includes('*'),
  );
  if (lacking.length > 0)
    holes.push({
      about: ['services', textOrEmpty(first.name)],
      text: `The perimeter ${title(first)} does not restrict ${lacking.join(' and ')}.`,
      severity: 'low',
      fix: 'Add the services to the perimeter, first in a dry run.',
      call: perimeters.call,
    });
  if (listOf(status.ingressPolicies).map(objectOf).some(letsInAll))
    holes.push({
      about: ['ingress', textOrEmpty(first.name)],
      text: `A rule of the perimeter ${title(first)} lets in every identity from everywhere.`,
      severity: 'medium',
      fix: 'Name identities or access levels in the rule.',
      call: perimeters.call,
    });
  if (listOf(status.egressPolicies).map(objectOf).some(letsOutAll))
    holes.push({
      about: ['egress', textOrEmpty(first.name)],
      text: `A rule of the perimeter ${title(first)} lets every identity carry data to any project.`,
      severity: 'medium',
      fix: 'Name identities, projects or services in the rule.',
      call: perimeters.call,
    });
  return withHoles(`The perimeter ${title(first)} holds the project.`, perimeters.call, holes);
}

export const perimeter: Protection = {
  id: 'posture-perimeter',
  title: 'Perimeter (VPC Service Controls)',
  judge,
};
