/** An image as it is deployed: by digest, so that nobody can move it. */
export interface ResolvedImage {
  /** As the user wrote it. */
  asked: string;
  /** `HOST/PATH@sha256:…` */
  image: string;
  digest: string;
}

/** Why an image cannot be deployed. `image` is its name without secrets. */
export type ImageProblem =
  /** No such tag, digest or repository. */
  | { problem: 'absent'; image: string; by: 'tag' | 'digest' }
  /** The registry does not let this identity read it. `repository` is set for Artifact Registry. */
  | {
      problem: 'denied';
      image: string;
      host: string;
      repository?: { project: string; location: string; repository: string } | undefined;
    }
  /** Built for other machines than those of Cloud Run. */
  | { problem: 'platform'; image: string; has: readonly string[] }
  /** Cloud Run does not pull from this registry. */
  | { problem: 'registry'; image: string; host: string };

export type ImageAnswer = { ok: true; image: ResolvedImage } | { ok: false; problem: ImageProblem };

/** What is wrong, as part of a sentence after "is missing:". */
export function imageProblemText(problem: ImageProblem): string {
  switch (problem.problem) {
    case 'absent':
      return `the image ${problem.image}: its registry has no such ${problem.by}`;
    case 'denied':
      return `the right to read the image ${problem.image}: its registry refuses this identity, or the repository does not exist`;
    case 'platform':
      return `a build of the image ${problem.image} for linux/amd64: it has ${problem.has.join(', ') || 'no platform'}`;
    case 'registry':
      return `a copy of the image ${problem.image} where Cloud Run can pull it: it does not pull from ${problem.host}`;
  }
}

/** What to do about it, as a sentence. */
export function imageRemedy(problem: ImageProblem): string {
  switch (problem.problem) {
    case 'absent':
      return 'Push the image first, or correct image.';
    case 'denied':
      return problem.repository
        ? 'Grant roles/artifactregistry.reader on the repository, or correct image.'
        : `Use an image that everyone may read, or copy it to Artifact Registry.`;
    case 'platform':
      return 'Build it for linux/amd64: docker buildx build --platform=linux/amd64.';
    case 'registry':
      return 'Push the image to Artifact Registry, or set up a remote repository there and name it in image.';
  }
}
