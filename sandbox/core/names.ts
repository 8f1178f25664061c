interface Published {
  /** Scheme, host and path of the URL, without a trailing slash. */
  url: URL;
  port: number;
  /** True if the server sees the path of the URL too. */
  keepsPath: boolean;
}

/**
 * The https names under which the sandbox's servers are known while it stands behind its proxy. Nothing but the proxy can
 * find them: they are in no name service.
 */
export class PublicNames {
  readonly #published: Published[] = [];

  /** Gives a server on this machine a public URL, and returns that URL. Unless `keepsPath` is true, the server sees only what follows the path. */
  publish(url: string, local: string, keepsPath = false): string {
    this.#published.push({ url: new URL(url), port: Number(new URL(local).port), keepsPath });
    this.#published.sort((a, b) => b.url.pathname.length - a.url.pathname.length);
    return url;
  }

  isKnown(host: string): boolean {
    return this.#published.some(({ url }) => url.hostname === host);
  }

  /** The address on this machine behind a public URL; any other URL stays as it is. */
  local(url: string): string {
    const { hostname, pathname, search } = new URL(url);
    const found = this.find(hostname, `${pathname}${search}`);
    return found ? `http://127.0.0.1:${found.port}${found.path}` : url;
  }

  /** The port that answers for a host and a path, and the path that it sees. */
  find(host: string, path: string): { port: number; path: string } | undefined {
    for (const { url, port, keepsPath } of this.#published) {
      if (url.hostname !== host) continue;
      const prefix = url.pathname.replace(/\/$/, '');
      const rest = path.slice(prefix.length);
      if (path.startsWith(prefix) && /^([/?]|$)/.test(rest))
        return { port, path: keepsPath ? path : rest.startsWith('/') ? rest : `/${rest}` };
    }
    return undefined;
  }
}

const special: Readonly<Record<string, string>> = {
  oidc: 'token.actions.githubusercontent.com',
  github: 'api.github.com',
  // Signed URLs and the JSON API share a host. The JSON API has a path of its own.
  upload: 'storage.googleapis.com',
};

/** The URL of an API as its users know it. */
export const apiUrl = (api: string): string => `https://${special[api] ?? `${api}.googleapis.com`}`;
