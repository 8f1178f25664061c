/** What is there now, as one read found it. */
export type Observed =
  | { state: 'absent' }
  | {
      state: 'present';
      /** Its description says that `init` made it. Of what has no description, the value is the one that `init` writes. */
      ours: boolean;
      /** Google keeps the name of a deleted resource for weeks. It can be restored, but not created again. */
      deleted?: boolean;
      /** The fields that `init` sets, as text. Others are left alone. */
      fields: Readonly<Record<string, string>>;
    }
  /** It could not be read. `permission` is the one that is missing, if Google or GitHub says so. */
  | { state: 'unreadable'; permission: string | undefined; detail: string };

export const absent: Observed = { state: 'absent' };
