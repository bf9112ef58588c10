/** The GitLab project that a git remote names. */
export interface RemoteProject {
  /** Scheme, host and port of the web address, without ssh ports and credentials. */
  origin: string;
  /** Host, with the port if it is an http port. */
  host: string;
  /** Everything after the host, without `.git`; includes the instance's path prefix, if any. */
  path: string;
}

/**
 * The same address with another path, without any password; undefined if it does not end with `before`.
 */
export function addressWithPath(address: string, before: string, path: string): string | undefined {
  const bare = withoutPassword(address.trim());
  const [, whole = '', ending = ''] = /^(.*?)((?:\.git)?\/*)$/is.exec(bare) ?? [];
  const start = whole.length - before.length;
  if (!/[/:]$/.test(whole.slice(0, Math.max(start, 0)))) return undefined;
  return whole.slice(start).toLowerCase() === before.toLowerCase()
    ? `${whole.slice(0, start)}${path}${ending}`
    : undefined;
}

/** Over http even the user name may be a token. */
function withoutPassword(address: string): string {
  if (!URL.canParse(address) || !address.includes('://')) return address.replace(/^([^@/:]*):[^@/]*@/, '$1@');
  const url = new URL(address);
  url.password = '';
  if (/^https?:$/.test(url.protocol)) url.username = '';
  return url.href;
}

const scpForm = /^(?:[^@/\s[]+@)?(\[[^\]]+\]|[^:/\s]+):(?!\/\/)(.+)$/;

/** Parses `https://`, `ssh://`, `git://` and scp-style addresses; undefined for local paths and the like. */
export function parseRemote(address: string): RemoteProject | undefined {
  const text = address.trim();
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return fromUrl(text);
  if (/^[a-z]:[\\/]/i.test(text)) return undefined;
  const [, host, path] = scpForm.exec(text) ?? [];
  return host && path ? project('https:', bareHost(host), path) : undefined;
}

/** `[git@host:2222]` is scp style with a port; `[::1]` is an IPv6 address and keeps its brackets. */
function bareHost(host: string): string {
  const [, named] = /^\[(?:[^@\]]+@)?([^:\]]+)(?::\d+)?\]$/.exec(host) ?? [];
  return named ?? host;
}

function fromUrl(text: string): RemoteProject | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol === 'file:' || url.hostname === '') return undefined;
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  return project(web ? url.protocol : 'https:', web ? url.host : url.hostname, decode(url.pathname));
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return path;
  }
}

function project(protocol: string, rawHost: string, rawPath: string): RemoteProject | undefined {
  // gitlab.com answers SSH on port 443 under another host name: https://docs.gitlab.com/user/gitlab_com/
  const host = rawHost.toLowerCase().replace(/^altssh\.gitlab\.com$/, 'gitlab.com');
  const path = rawPath.replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '');
  const origin = `${protocol}//${host}`;
  // Project paths cannot contain an @. Here it ends a password with a slash in it, whose beginning is in the 'host'.
  if (!path.includes('/') || path.includes('@') || !URL.canParse(origin)) return undefined;
  return { origin, host, path };
}
