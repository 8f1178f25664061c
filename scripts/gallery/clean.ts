import { tmpdir } from 'node:os';

/**
 * Replaces everything in a run's text that depends on the machine or differs from run to run: folders, loopback ports and
 * random parts of names.
 */
export function cleaner(folders: readonly string[]): (text: string) => string {
  const longest = [...new Set([...folders, tmpdir()])].sort((a, b) => b.length - a.length);
  return (text) => {
    let shown = text;
    for (const folder of longest) shown = shown.split(`${folder}/`).join('…/').split(folder).join('…');
    return (
      shown
        .replace(/(https?(?::|&#58;)\/\/)(?:127\.0\.0\.1|localhost|\[::1\]):\d+/g, '$1127.0.0.1:PORT')
        // The sandbox's registry stands for Artifact Registry.
        .replace(/\b127\.0\.0\.1:\d+(?=\/[a-z0-9-]+\/containers\/)/g, 'us-central1-docker.pkg.dev')
        .replace(/(backstay-[a-z-]+-)\d+(\.json|\.md)/g, '$1PID$2')
        .replace(/\/\/run\/[a-z0-9]+\b/g, '//run/ID')
    );
  };
}
