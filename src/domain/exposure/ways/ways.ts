import type { ExposureFacts } from '../facts.ts';
import { answerWays } from './answers.ts';
import { bindingWays } from './bindings.ts';
import { gatewayWays } from './gateways.ts';
import { iapWays } from './iap.ts';
import { invokerCheckWays } from './invoker-check.ts';
import { secondStepWays } from './second-step.ts';
import type { AttackStep, Way } from './way.ts';

/** Every way in which the public can call the function. */
export function waysIn(facts: ExposureFacts): Way[] {
  const configured = [
    ...invokerCheckWays(facts),
    ...bindingWays(facts),
    ...secondStepWays(facts),
    ...iapWays(facts),
    ...gatewayWays(facts),
  ];
  const explained = configured.some(({ anonymous }) => anonymous);
  return [...configured, ...answerWays(facts, explained)];
}

/** How many different ways there are. An answer confirms a configured anonymous way and is not counted beside it. */
export function countWays(ways: readonly Way[]): number {
  const configured = ways.filter(({ seenIn }) => seenIn === 'configuration');
  return configured.some(({ anonymous }) => anonymous) ? configured.length : ways.length;
}

/** The shortest path. A certain way comes before an assumed one, and an explained way before an unexplained answer. */
export function shortestPath(ways: readonly Way[]): AttackStep[] | undefined {
  const order = [...ways].sort(
    (a, b) =>
      Number(b.certain) - Number(a.certain) ||
      Number(a.seenIn === 'answer') - Number(b.seenIn === 'answer') ||
      a.path.length - b.path.length,
  );
  return order[0]?.path;
}
