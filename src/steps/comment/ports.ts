/** A comment on the pull request. */
export interface PostedComment {
  id: number;
  /** Login of its author. */
  author: string;
  body: string;
  url: string;
}

/** The comments of one pull request. Every call may throw `CommentRefused`. */
export interface Comments {
  /** The login that the token writes as. */
  author(signal: AbortSignal): Promise<string>;
  /** All comments, the oldest first. */
  list(signal: AbortSignal): Promise<PostedComment[]>;
  create(body: string, signal: AbortSignal): Promise<PostedComment>;
  update(id: number, body: string, signal: AbortSignal): Promise<PostedComment>;
  /** It is no error if the comment is gone already. */
  remove(id: number, signal: AbortSignal): Promise<void>;
}

/** GitHub refused a call, or did not answer. */
export class CommentRefused extends Error {
  readonly status: number | undefined;
  readonly said: string;
  /** A write that may have taken effect although it failed. The comments show whether it did. */
  readonly unclear: boolean;

  constructor(status: number | undefined, said: string, unclear: boolean) {
    super(said);
    this.status = status;
    this.said = said;
    this.unclear = unclear;
  }
}
