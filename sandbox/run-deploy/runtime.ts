/** `nodejs22` of `us-central1-docker.pkg.dev/serverless-runtimes/google-22/runtimes/nodejs22:latest`. */
export const runtimeOf = (baseImage: string): string =>
  (baseImage.split('/').pop() ?? '').split(/[:@]/, 1)[0] ?? '';
