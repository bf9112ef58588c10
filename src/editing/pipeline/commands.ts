/** Commands that upload to an index, by themselves or through another tool's runner; options may stand in between. */
const upload =
  /\btwine[ \t]+upload\b|\b(?:uv|poetry|pdm|hatch|flit|maturin)[ \t]+(?:-\S+[ \t]+)*publish\b|\bmaturin[ \t]+upload\b|setup\.py[ \t].*\bupload\b|_\/oidc\/mint-token/;

/** Signs of an index that is not PyPI: GitLab's own registry, or a private one. */
const otherIndex = /\/packages\/pypi|CI_JOB_TOKEN|gitlab-ci-token|artifactory|nexus|devpi/i;

/** Commands that build distributions into dist/. */
const build =
  /\bpython3?[ \t]+-m[ \t]+build\b|\bpyproject-build\b|\b(?:uv|hatch|poetry|pdm|flit|maturin)[ \t]+(?:-\S+[ \t]+)*build\b|setup\.py[ \t].*\b(?:sdist|bdist_wheel)\b|\bpip3?[ \t]+wheel\b|\bpipx[ \t]+run[ \t]+build\b/;

/** What a script does with an index. */
export type Upload = 'pypi' | 'other index' | undefined;

/** Whether a script uploads distributions, and where to. */
export function uploadOf(script: string, settings = ''): Upload {
  if (!upload.test(script)) return undefined;
  return otherIndex.test(`${script}\n${settings}`) ? 'other index' : 'pypi';
}

/** Whether a script builds distributions. */
export function buildsDistributions(script: string): boolean {
  return build.test(script);
}

/** Images that are known to have no git, from which the version is to come. */
export function lacksGit(image: string): boolean {
  return (
    /(-slim|-alpine|:alpine|:slim)\b/.test(image) || /^ghcr\.io\/astral-sh\/uv(:[\d.]+|:latest)?$/.test(image)
  );
}
