/** What is known about the function besides the document. */
export interface Known {
  /** The longest that an answer may take, and what says so. */
  longest?: { seconds: number; what: string } | undefined;
  /** The URLs of the service. Without them, the addresses are not compared. */
  urls?: readonly string[] | undefined;
  /** More audiences that the service accepts. */
  audiences?: readonly string[] | undefined;
}
