import type { Facts } from '../facts/index.ts';
import { quote } from '../kernel/quote.ts';
import { buildTimeVersion } from '../python/versions/index.ts';

/** The commands that turn the edited files into the first release, each a line to copy. */
export function firstRelease(facts: Facts, files: string[], platform: NodeJS.Platform): string[] {
  const word = (text: string) => quote(text, platform);
  const { source } = facts.checkout.projectPath;
  const remote = source.by === 'remote' ? source.name : 'origin';
  const branch = facts.gitlab.project.defaultBranch ?? 'main';
  const tag = word(nextTag(facts));
  // Windows PowerShell does not support `&&`.
  const line = (...commands: string[]) => (platform === 'win32' ? commands : [commands.join(' && ')]);
  return [
    ...line(`git add ${files.map(word).join(' ')}`, 'git commit -m "Publish to PyPI"'),
    `git push ${word(remote)} ${word(branch)}`,
    ...line(`git tag ${tag}`, `git push ${word(remote)} ${tag}`),
  ];
}

/** An unused tag: the written version if the tag has to match it, else the successor of the newest tag. */
export function nextTag({ tags, python, indexes }: Facts): string {
  const written = /\d+\.\d+\.\d+/.exec(python.version.value)?.[0];
  const newest = tags.map((tag) => /^(.*?)(\d+\.\d+\.\d+)$/.exec(tag)).find((found) => found !== null);
  const prefix = newest?.[1] ?? 'v';
  if (written !== undefined && buildTimeVersion(python.files)) return prefix + written;
  if (newest?.[2] !== undefined) return prefix + afterIt(newest[2]);
  const exists = indexes.pypi.exists.known && indexes.pypi.exists.value;
  if (written === undefined) return 'v0.1.0';
  return prefix + (exists ? afterIt(written) : written);
}

const afterIt = (version: string) => version.replace(/\d+$/, (last) => String(Number(last) + 1));
