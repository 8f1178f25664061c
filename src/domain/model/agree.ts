/** Do traffic, record, alias and tags name one version of the model? What serves decides: the others follow it. */

export interface AgreeFacts {
  /** A release is under way, or has left something open. */
  open: boolean;
  /** The one revision with all the traffic. Undefined if the traffic is split or nothing serves. */
  revision: string | undefined;
  /** What that revision carries. */
  reference: string | undefined;
  /** The version of the model that was asked about, if it carries that one. */
  version: string | undefined;
  /** The revision that the last release or rollback gave the traffic to. Undefined: there is no record, or it names none. */
  recorded: string | undefined;
  /** Absent: no alias is looked at. */
  alias?: { name: string; current: string | undefined } | undefined;
  /** Are the bytes of the model still those that the revision was released with? Undefined: that cannot be seen. */
  bytes: boolean | 'changed' | undefined;
  /** Do the tags of the versions say what serves? Undefined: there are none here. */
  tags: boolean | { unread: string } | undefined;
}

export type AgreePart = 'traffic' | 'record' | 'alias' | 'bytes' | 'tags';

export interface AgreeRow {
  what: AgreePart;
  is: 'agrees' | 'differs' | 'unknown';
  says: string;
}

export interface Agreement {
  verdict: 'pass' | 'fail' | 'inconclusive';
  reason: string;
  rows: AgreeRow[];
}

export function judgeAgreement(facts: AgreeFacts): Agreement {
  const rows = rowsOf(facts);
  const differ = rows.filter(({ is }) => is === 'differs');
  if (facts.open)
    return {
      ...{ verdict: 'inconclusive', rows },
      reason: 'A release is under way or was left open, and alias and record follow at its end.',
    };
  if (facts.revision === undefined)
    return {
      ...{ verdict: 'inconclusive', rows },
      reason: 'No single revision has all the traffic, so no version of a model does.',
    };
  // The tags are for people who look back: nothing reads them to decide.
  const heavy = differ.filter(({ what }) => what !== 'tags');
  const [first] = heavy;
  if (first) return { verdict: 'fail', rows, reason: `${differ.map(({ says }) => says).join('. ')}.` };
  const serves = `${facts.revision} serves with ${facts.version === undefined ? facts.reference : `version ${facts.version}`}`;
  const agree = rows.filter(({ is, what }) => is === 'agrees' && what !== 'traffic').map(({ what }) => what);
  const but = differ.length > 0 ? `, and ${differ.map(({ says }) => says).join(', ')}` : '';
  return {
    ...{ verdict: 'pass', rows },
    reason: `${serves}${agree.length > 0 ? `: ${agree.join(', ')} agree${agree.length === 1 && !agree[0]?.endsWith('s') ? 's' : ''}` : ''}${but}.`,
  };
}

function rowsOf({
  open,
  revision,
  reference,
  version,
  recorded,
  alias,
  bytes,
  tags,
}: AgreeFacts): AgreeRow[] {
  const row = (what: AgreePart, is: AgreeRow['is'], says: string): AgreeRow => ({ what, is, says });
  if (revision === undefined) return [row('traffic', 'unknown', 'no single revision has all the traffic')];
  // Until a release ends, the others may be behind.
  const behind = open ? 'unknown' : 'differs';
  const rows: AgreeRow[] = [];
  if (reference === undefined)
    rows.push(row('traffic', 'differs', `${revision} serves and carries no model`));
  else if (version === undefined)
    rows.push(row('traffic', 'differs', `${revision} serves and carries another model: ${reference}`));
  else rows.push(row('traffic', 'agrees', `${revision} serves with ${reference}`));
  if (recorded === undefined)
    rows.push(row('record', 'unknown', 'no release or rollback has recorded what it gave the traffic to'));
  else if (recorded === revision) rows.push(row('record', 'agrees', `the record names ${recorded}`));
  else
    rows.push(row('record', behind, `the record names ${recorded}, so somebody else has moved the traffic`));
  if (alias && version !== undefined) {
    const names = alias.current === undefined ? 'names nothing' : `names version ${alias.current}`;
    rows.push(
      row('alias', alias.current === version ? 'agrees' : behind, `the alias ${alias.name} ${names}`),
    );
  }
  if (reference !== undefined) {
    if (bytes === true) rows.push(row('bytes', 'agrees', 'the files are there'));
    else if (bytes === undefined) rows.push(row('bytes', 'unknown', 'the files cannot be seen from here'));
    else {
      const how = bytes === 'changed' ? 'were overwritten' : 'are gone';
      rows.push(row('bytes', 'differs', `the files of ${reference} ${how}`));
    }
  }
  if (typeof tags === 'object') rows.push(row('tags', 'unknown', `the tags cannot be read: ${tags.unread}`));
  else if (tags !== undefined)
    rows.push(
      tags
        ? row('tags', 'agrees', 'the versions say what serves')
        : row('tags', behind, 'the versions do not say what serves'),
    );
  return rows;
}
