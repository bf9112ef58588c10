import type { ToolCommand } from './tools.ts';

/** Whether git is there, and how it could be. */
export type ImageGit =
  | { has: 'yes' }
  | { has: 'unknown' }
  /** `image` is the fuller tag of the same image, `line` installs git. */
  | { has: 'no'; image: string | undefined; line: string };

const installsGit = ({ tool, verb, args }: ToolCommand) =>
  /^(?:apt|apk|dnf|yum|conda)$/.test(tool ?? '') &&
  /^(?:install|add)$/.test(verb ?? '') &&
  args.includes('git');

/**
 * Whether an image has git, or the job installs it. `python:3.x` has it, `-slim` and `-alpine` have not; of uv's images
 * those with a distribution's name have it unless they are slim: https://docs.astral.sh/uv/guides/integration/docker/
 */
export function gitOf(image: string | undefined, commands: readonly ToolCommand[]): ImageGit {
  if (commands.some(installsGit)) return { has: 'yes' };
  if (image === undefined || image.includes('$')) return { has: 'unknown' };
  const [, name = '', tag = 'latest'] = /^(?:.*\/)?([^/:@]+)(?::([^@]+))?/.exec(image) ?? [];
  const isPython = /^(?:docker\.io\/|.*\/)?(?:library\/)?(?:python|pypy)(?::|$)/.test(image);
  const isUv = /^ghcr\.io\/astral-sh\/uv(?::|$)/.test(image);
  if (name === 'alpine' || /alpine/.test(tag))
    return { has: 'no', image: undefined, line: 'apk add --no-cache git' };
  const line = 'apt-get update && apt-get install -y --no-install-recommends git';
  if (/slim/.test(tag)) return { has: 'no', image: isPython || isUv ? withoutSlim(image) : undefined, line };
  if (isPython) return { has: 'yes' };
  if (!isUv) return { has: 'unknown' };
  // without a distribution there is nothing but uv in it
  return /bookworm|trixie|bullseye|python/.test(tag) ? { has: 'yes' } : { has: 'no', image: undefined, line };
}

/** `python:3.12-slim-bookworm` is `python:3.12-bookworm`. */
const withoutSlim = (image: string) =>
  image
    .replace(/-slim(?=-|$)/, '')
    .replace(/:slim(?:-|$)/, ':')
    .replace(/:$/, '');
