import type { PublishTool } from '../kernel/route.ts';

/**
 * Compares what was built with the tag, as numbers of PEP 440 and with the prefixes that setuptools-scm takes off.
 * There is no checkout in the job, so the program is part of the pipeline.
 */
const program = `import os, pathlib, re, sys
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

tag = os.environ["CI_COMMIT_TAG"]
try:
    wanted = Version(re.sub(r"^(?:[\\w-]+-)?[vV]?(?=\\d)", "", tag))
except InvalidVersion:
    sys.exit(f"The tag {tag} is not a version, so nothing is published.")
files = [file.name for pattern in ("*.whl", "*.tar.gz") for file in pathlib.Path("dist").glob(pattern)]
if not files:
    sys.exit("There is nothing in dist/, so nothing is published.")
for name in files:
    built = (parse_wheel_filename if name.endswith(".whl") else parse_sdist_filename)(name)[1]
    if built != wanted:
        sys.exit(f"{name} has the version {built} and not that of the tag {tag}, so nothing is published.")`;

/** Whether an item of a script is this check, in this or an earlier wording. */
export function isTagCheck(text: string): boolean {
  return text.includes('CI_COMMIT_TAG') && text.includes('parse_sdist_filename');
}

/** The item of a script that refuses to publish what was built into a folder unless its version is the tag's. */
export function tagCheck(tool: PublishTool, dist: string): string {
  const python = tool === 'uv' ? 'uv run --no-project --with packaging python -' : 'python -';
  const comment = '# Refuses to publish a version that is not the tag.';
  return `${comment}\n${python} <<'EOF'\n${program.replace('"dist"', JSON.stringify(dist))}\nEOF\n`;
}
