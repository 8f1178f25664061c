import type { HttpResponse } from '../../../http/send.ts';

/** How a server of Prometheus knows who asks. */
export interface ServerLogin {
  /** The headers that prove it, for this very URL. */
  headers(url: URL, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Called if the server refused. True if the same question with new headers may be answered. */
  renew?(answer: HttpResponse): boolean;
  /** Why the server refused (401 or 403), and what repairs it. */
  explain(answer: HttpResponse): LoginExplanation;
}

export interface LoginExplanation {
  why: string;
  fix: string;
  commands?: string[] | undefined;
}

/** Text of a server for a message: one line, without what could be a page. */
export const saidBy = (answer: HttpResponse): string => {
  const text = answer.body.toString('utf8', 0, 2000).trim();
  return text.startsWith('<') ? '' : text.replace(/\s+/g, ' ').slice(0, 300);
};
