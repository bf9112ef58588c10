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
  const installing = gitInstaller(image);
  if (name === 'alpine' || /alpine/.test(tag)) return { has: 'no', image: undefined, line: byApk };
  const line = installing ?? byApt;
  if (/slim/.test(tag)) return { has: 'no', image: isPython || isUv ? withoutSlim(image) : undefined, line };
  if (installing !== undefined) return { has: 'no', image: undefined, line };
  // A variable may still stand for a slim or Alpine variant.
  if (image.includes('$')) return { has: 'unknown' };
  if (isPython) return { has: 'yes' };
  if (!isUv) return { has: 'unknown' };
  // without a distribution it contains nothing but uv
  return /bookworm|trixie|bullseye|python/.test(tag) ? { has: 'yes' } : { has: 'no', image: undefined, line };
}

const byApk = 'apk add --no-cache git';
const byApt = 'apt-get update && apt-get install -y --no-install-recommends git';

/** How to install git in an image of a plain system, none of which has it. */
export function gitInstaller(image: string): string | undefined {
  const [, name = ''] =
    /^(?:docker\.io\/|\$\{?CI_DEPENDENCY_PROXY\w*\}?\/)?(?:library\/)?([\w-]+(?:\/micromamba)?)(?::|$)/.exec(
      image,
    ) ?? [];
  if (/^(?:debian|ubuntu)$/.test(name)) return byApt;
  if (/^(?:fedora|rockylinux|almalinux)$/.test(name)) return 'dnf install -y git';
  if (name === 'alpine' || /:\S*alpine/.test(image)) return byApk;
  return name === 'mambaorg/micromamba' ? 'micromamba install -y -n base -c conda-forge git' : undefined;
}

/** `python:3.12-slim-bookworm` becomes `python:3.12-bookworm`. */
const withoutSlim = (image: string) =>
  image
    .replace(/-slim(?=-|$)/, '')
    .replace(/:slim(?:-|$)/, ':')
    .replace(/:$/, '');
