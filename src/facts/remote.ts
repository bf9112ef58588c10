/** The GitLab project that a git remote names. */
export interface RemoteProject {
  /** Scheme, host and port of the web address; ssh ports and credentials are dropped. */
  origin: string;
  /** Host, with a port that belongs to http. */
  host: string;
  /** Everything after the host without `.git`; holds the instance's path prefix too, where it has one. */
  path: string;
}

const scpForm = /^(?:[^@/\s[]+@)?(\[[^\]]+\]|[^:/\s]+):(?!\/\/)(.+)$/;

/** Reads `https://`, `ssh://`, `git://` and scp-form addresses; undefined for local paths and the like. */
export function parseRemote(address: string): RemoteProject | undefined {
  const text = address.trim();
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return fromUrl(text);
  if (/^[a-z]:[\\/]/i.test(text)) return undefined;
  const [, host, path] = scpForm.exec(text) ?? [];
  return host && path ? project('https:', bareHost(host), path) : undefined;
}

/** `[git@host:2222]` names a port in the scp form; `[::1]` is an address and keeps its brackets. */
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
  } catch {
    return path;
  }
}

function project(protocol: string, rawHost: string, rawPath: string): RemoteProject | undefined {
  // gitlab.com answers SSH on port 443 under a name of its own: https://docs.gitlab.com/user/gitlab_com/
  const host = rawHost.toLowerCase().replace(/^altssh\.gitlab\.com$/, 'gitlab.com');
  const path = rawPath.replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '');
  const origin = `${protocol}//${host}`;
  // No project has an @ in its path: there it ends a password with a slash in it, and the 'host' begins that.
  if (!path.includes('/') || path.includes('@') || !URL.canParse(origin)) return undefined;
  return { origin, host, path };
}
