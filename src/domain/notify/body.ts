import type { Json } from '../data/json.ts';
import { googleChatBody } from './bodies/google-chat.ts';
import { jsonBody } from './bodies/json.ts';
import { slackBody } from './bodies/slack.ts';
import { teamsBody } from './bodies/teams.ts';
import type { HookKind } from './hook.ts';
import type { Note } from './note.ts';

/** What each kind of webhook takes. A new kind adds a file and a line here. */
export const bodyOf: Record<HookKind, (note: Note) => Json> = {
  slack: slackBody,
  'google-chat': googleChatBody,
  teams: teamsBody,
  json: jsonBody,
};
