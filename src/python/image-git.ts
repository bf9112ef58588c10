import type { ToolCommand } from './tools.ts';

/** Whether git is available, and if not, how to get it. */
export type ImageGit =
  | { has: 'yes' }
  | { has: 'unknown' }
  /** `image` is the full variant of the same image; `line` installs git. */
  | { has: 'no'; image: string | undefined; line: string };

const installsGit = ({ tool, verb, args }: ToolCommand) =>
  /^(?:apt|apk|dnf|yum|conda)$/.test(tool ?? '') &&
  /^(?:install|add)$/.test(verb ?? '') &&
  args.includes('git');

/**
 * Whether an image has git, or the job installs it. `python:3.x` does, `-slim` and `-alpine` do not; uv's images do if
 * they are named after a distribution and are not slim: https://docs.astral.sh/uv/guides/integration/docker/
 */
export function gitOf(image: string | undefined, commands: readonly ToolCommand[]): ImageGit {
  if (commands.some(installsGit)) return { has: 'yes' };
  if (image === undefined) return { has: 'unknown' };
  const [, name = '', tag = 'latest'] = /^(?:.*\/)?([^/:@]+)(?::([^@]+))?/.exec(image) ?? [];
  const isPython = /^(?:docker\.io\/|.*\/)?(?:library\/)?(?:python|pypy)(?::|$)/.test(image);
  const isUv = /^ghcr\.io\/astral-sh\/uv(?::|$)/.test(image);
  if (name === 'alpine' || /alpine/.test(tag))
    return { has: 'no', image: undefined, line: 'apk add --no-cache git' };
  const line = 'apt-get update && apt-get install -y --no-install-recommends git';
  if (/slim/.test(tag)) return { has: 'no', image: isPython || isUv ? withoutSlim(image) : undefined, line };
  // A variable may still stand for a slim or Alpine variant.
  if (image.includes('$')) return { has: 'unknown' };
  if (isPython) return { has: 'yes' };
  if (!isUv) return { has: 'unknown' };
  // without a distribution it contains nothing but uv
  return /bookworm|trixie|bullseye|python/.test(tag) ? { has: 'yes' } : { has: 'no', image: undefined, line };
}

/** `python:3.12-slim-bookworm` becomes `python:3.12-bookworm`. */
const withoutSlim = (image: string) =>
  image
    .replace(/-slim(?=-|$)/, '')
    .replace(/:slim(?:-|$)/, ':')
    .replace(/:$/, '');
