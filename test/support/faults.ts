import type { Outgoing } from '../../src/rehearsal/http-server.ts';
import type { World } from '../../src/rehearsal/world.ts';

type Server = 'gitlab' | 'pypi' | 'testpypi';

/** A request made by a run. Of several with the same line, `number` picks one, counting from 1. */
export interface RequestOfRun {
  server: Server;
  /** 'GET /api/v4/user' */
  line: string;
  number: number;
}

/** What goes wrong with a request, and for how long. */
export interface FaultOfRun {
  name: string;
  answer: (elsewhere: string) => Outgoing | 'before' | 'after' | 'silence' | 'half';
}

const status =
  (code: number, headers: Record<string, string> = {}): FaultOfRun['answer'] =>
  () => ({ status: code, headers, body: { message: `${code} said glpat-demo-alice` } });

/** Everything that can happen to a request on its way to a server and back. */
export const faults: readonly FaultOfRun[] = [
  { name: '500', answer: status(500) },
  { name: '502', answer: () => ({ status: 502, body: '<html>Bad Gateway</html>' }) },
  { name: '503', answer: status(503) },
  { name: '429', answer: () => ({ status: 429, body: 'Retry later' }) },
  { name: '429, wait 1 s', answer: status(429, { 'retry-after': '1' }) },
  { name: '429, wait 1 h', answer: status(429, { 'retry-after': '3600' }) },
  { name: '401', answer: status(401) },
  { name: '403', answer: status(403) },
  { name: 'cut before', answer: () => 'before' },
  { name: 'cut after', answer: () => 'after' },
  { name: 'no answer', answer: () => 'silence' },
  { name: 'half an answer', answer: () => 'half' },
  { name: 'HTML with 200', answer: () => ({ status: 200, body: '<html>Sign in</html>' }) },
  { name: 'redirect', answer: (elsewhere) => ({ status: 302, headers: { location: `${elsewhere}/here` } }) },
];

/** The requests that a world has seen, each by its line and number. */
export function requestsOf(world: World): RequestOfRun[] {
  return (['gitlab', 'pypi', 'testpypi'] as const).flatMap((server) => {
    const seen = new Map<string, number>();
    return world[server].log.map(({ method, path }) => {
      const line = `${method} ${path}`;
      const number = (seen.get(line) ?? 0) + 1;
      seen.set(line, number);
      return { server, line, number };
    });
  });
}

/** Intercepts that request: what the callback returns replaces the response. If lasting, later requests too. */
export function interceptAt(
  world: World,
  { server, line, number }: RequestOfRun,
  answer: () => ReturnType<FaultOfRun['answer']> | undefined,
  lasting: boolean,
): void {
  let seen = 0;
  world[server].intercept = ({ method, target }) => {
    if (`${method} ${target}` !== line) return undefined;
    seen += 1;
    return seen === number || (lasting && seen > number) ? answer() : undefined;
  };
}

/** Everything a run may have changed: the servers' state and the files, without GitLab's ids, history and ordering. */
export function stateOf(world: World, files: Record<string, string>): string {
  const { gitlab, pypi, testpypi } = world;
  const text = JSON.stringify([gitlab.state, pypi.state, testpypi.state, files], withoutOrder, 1);
  const named = [gitlab, pypi, testpypi].reduce(
    (all, { url }, index) =>
      all
        .replaceAll(url, `server${index}`)
        .replaceAll(encodeURIComponent(url), `server${index}`)
        .replaceAll(new URL(url).host, `host${index}`),
    text,
  );
  // Those of texts with addresses of servers differ between worlds.
  return named.replaceAll(/\b[0-9a-f]{64}\b/g, 'fingerprint');
}

/** The order is arbitrary after a repeated run. */
function withoutOrder(key: string, value: unknown): unknown {
  if (/^(id|nextId|commits)$/.test(key)) return undefined;
  if (!Array.isArray(value) || !/^(environments|variables)$/.test(key)) return value;
  const nameOf = (it: Record<string, string>) => `${it.name ?? it.key} ${it.environment_scope ?? ''}`;
  return value.toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)));
}
