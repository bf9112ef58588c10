import { pathForShell } from '../kernel/quote.ts';
import { toolVersions } from './tool-versions.ts';

/** Whether a script item compares the built files with the tag, in the current or an earlier wording. */
export function isTagCheck(text: string): boolean {
  return text.includes('CI_COMMIT_TAG') && text.includes('parse_sdist_filename');
}

/**
 * Fails if a folder contains anything but distributions or, on a tag, a version other than the tag's: compared by PEP
 * 440, without the prefixes that setuptools-scm strips. Signatures, checksums, notes and shell scripts, which some builds
 * add and no index takes, are removed. It runs in a job without a token, so it may install a package; modules and
 * environments that lie among the built files take no part (`--isolated`, `-P`).
 */
export function tagCheck(dist: string, files = `${pathForShell(dist)}/*`): string {
  return `uv run --no-project --isolated --with packaging==${toolVersions.packaging} python -P - ${files} <<'EOF'
import os, re, sys; from packaging import utils, version
tag = re.sub(r"^((?![vV]?\\d).*?[-_/])?[vV]?(?=\\d)", "", os.environ.get("CI_COMMIT_TAG", ""))
built = {(utils.parse_wheel_filename if f.endswith(".whl") else utils.parse_sdist_filename)(os.path.basename(f))[1] for f in sys.argv[1:] if not re.search(r"\\.(asc|sig|sha\\d+|md5|json|md|txt|sh)$", f) or os.remove(f)}
if tag and built != {version.Version(tag)}: sys.exit(f"Built {', '.join(map(str, built))}, but the tag is {tag}: nothing is published.")
EOF`;
}
