import { ReleaseError } from '../domain/errors/errors.ts';

/** The Node version that every action.yml asks for (`using: node24`), and the only one that the tests use. */
const leastNode = 24;

/**
 * Throws for a runner on which an action must not start. GitHub's runner brings its own Node. act, Gitea and Forgejo start
 * whatever `node` the machine or the image has.
 */
export function refuseUnsafeRunner(env: NodeJS.ProcessEnv, node: string): void {
  if (env.ACTIONS_ALLOW_UNSECURE_COMMANDS === 'true')
    throw new ReleaseError('input-invalid', {
      what: 'ACTIONS_ALLOW_UNSECURE_COMMANDS is set, so any printed line can change the environment.',
      fix: 'Remove it from the workflow.',
    });
  if (Number.parseInt(node, 10) < leastNode)
    throw new ReleaseError('runner-node', {
      what: `This runner started the action with Node ${node}, but its action.yml asks for Node ${leastNode}.`,
    });
}
