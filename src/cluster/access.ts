/** How to reach one API server, and as whom. A kubeconfig, or a pod's own mounts, are read into this. */
export interface Access {
  /** What messages call it. */
  name: string;
  server: URL;
  trust: Trust;
  proxy?: URL;
  credentials: Credentials;
}

/** How the server's certificate is checked. */
export interface Trust {
  /** PEM; the machine's own authorities where it is missing. */
  ca?: Buffer;
  /** The name in the certificate where it is not the one in the address. */
  servername?: string;
  insecure: boolean;
}

/** What a request and its connection carry to say who asks. */
export interface Identity {
  headers: Readonly<Record<string, string | string[]>>;
  /** A client certificate and its key, PEM. */
  cert?: Buffer | string;
  key?: Buffer | string;
}

export interface Credentials {
  current(signal?: AbortSignal): Promise<Identity>;
  /** After a 401: a new identity, or the same one where there is nothing newer. Absent where nothing can change. */
  renew?(refused: Identity, signal?: AbortSignal): Promise<Identity>;
}

export const withToken = (base: Identity, token: string): Identity => ({
  ...base,
  headers: { ...base.headers, authorization: `Bearer ${token.trim()}` },
});
