import { removeBinding } from '../../../exposure/commands.ts';
import type { GatewayFact } from '../../../exposure/facts.ts';
import { placeName } from '../../../exposure/places.ts';
import { holdings } from '../../../exposure/policy/holdings.ts';
import type { PostureFacts } from '../../facts.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unread,
  withHoles,
} from '../../row.ts';

const openHole = ({ name, openOperations, totalOperations }: GatewayFact, call: string): Hole => ({
  about: ['open', name],
  text: `${openOperations.length} of ${totalOperations} operations of ${name} need no credential: ${openOperations.slice(0, 3).join(', ')}.`,
  severity: 'critical',
  fix: 'Give every operation a security requirement, and release the document with actions/gateway.',
  call,
});

/** Callers that go around the gateway. Above the service, a role that also does much else says little, so only many callers, and roles for calling, count. */
function besides({ exposure }: PostureFacts, gateways: readonly GatewayFact[]): Hole[] {
  const accounts = new Set(gateways.map(({ account }) => account).filter((one) => one !== undefined));
  // Without its account, nobody can say which caller is the gateway.
  if (accounts.size === 0) return [];
  return holdings(exposure)
    .filter(
      ({ fact, grant, member, binding }) =>
        grant.power === 'invoke' &&
        (fact.level === 'service' || member.reach !== 'named' || /invoker$/i.test(binding.role)) &&
        !accounts.has(member.text.replace(/^serviceAccount:/i, '')),
    )
    .slice(0, 5)
    .map(({ fact, binding, member, call }) => ({
      about: ['around', ...(fact.level === 'service' ? [] : [fact.resource]), binding.role, member.text],
      text: `${member.text} can call the service itself${fact.level === 'service' ? '' : `, by ${binding.role} on ${placeName(fact.level, fact.resource)}`}, without the keys and limits of the gateway.`,
      severity: member.reach === 'named' ? ('low' as const) : ('high' as const),
      fix: 'Remove the binding, unless it is the account of your smoke test:',
      commands: [
        removeBinding(
          fact.level,
          fact.resource,
          binding.role,
          member.text,
          exposure.target,
          binding.condition !== undefined,
        ),
      ],
      call,
    }));
}

function judge(facts: PostureFacts): Judged {
  const { gateways } = facts.exposure;
  const described = facts.exposure.function;
  if (!gateways && !described.ok && described.cause !== 'absent')
    return unread('The function was', described);
  if (!gateways) return notApplicable('There is nothing that a gateway could call.');
  if (!gateways.ok && gateways.cause === 'api-off')
    return notApplicable('API Gateway is not enabled in the project.', gateways.call);
  if (!gateways.ok) return unread('The gateways were', gateways);
  const found = gateways.value;
  if (found.length === 0)
    return absent('No API gateway calls the service.', gateways.call, {
      about: ['none'],
      text: 'No gateway checks keys, tokens or quotas before the service does.',
      severity: 'info',
      fix: 'If partners call the API with keys, release a gateway with actions/gateway. Callers with an identity of Google need none.',
    });
  const open = found.filter(({ openOperations }) => openOperations.length > 0);
  const publicBackend: Hole[] =
    facts.judgement.exposure === 'public' && open.length === 0
      ? [
          {
            about: ['public-backend'],
            text: 'The service behind the gateway answers the public itself, so nobody needs the gateway.',
            severity: 'critical',
            fix: 'Close the service: the row "IAM: who can call" has the command.',
            call: facts.exposure.function.call,
          },
        ]
      : [];
  const holes = [
    ...open.map((one) => openHole(one, gateways.call)),
    ...publicBackend,
    ...besides(facts, found),
  ];
  return withHoles(
    `${found.map(({ host, name }) => host || name).join(', ')} in front of the service.`,
    gateways.call,
    holes,
  );
}

export const apiGateway: Protection = { id: 'posture-gateway', title: 'API Gateway in front', judge };
