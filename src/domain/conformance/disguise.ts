/**
 * Replaces the names of project and people in everything that goes into a report, since reports are attached to public issues.
 * Names of the throw-away resources stay.
 */
export function disguise<T>(
  value: T,
  names: { project: string; number: string | undefined; member: string },
): T {
  const email = names.member.replace(/^\w+:/, '');
  const pairs: [string, string][] = [
    [email, 'YOU'],
    [names.project, 'PROJECT'],
    [names.project.replaceAll('-', '--'), 'PROJECT'],
    ...(names.number ? [[names.number, 'NUMBER'] as [string, string]] : []),
  ];
  const replaced = (text: string) =>
    pairs.reduce((all, [name, other]) => (name === '' ? all : all.split(name).join(other)), text);
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') return replaced(part);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [replaced(key), walk(inner)]));
  };
  return walk(value) as T;
}
