import type { Hook } from '../../domain/notify/hook.ts';

/** The answer of a webhook, or why there is none. */
export type HookAnswer =
  | { status: number; retryAfterMs?: number | undefined }
  | { status: undefined; why: string };

export interface Webhooks {
  /** Sends a body once. Follows no redirect and never throws. */
  post(hook: Hook, body: string, timeoutMs: number): Promise<HookAnswer>;
}
