import type { Command } from './commands.ts';
import type { ModelJob } from './types.ts';

const verbs: Record<string, readonly string[]> = {
  uv: ['build'],
  hatch: ['build'],
  poetry: ['build'],
  pdm: ['build'],
  flit: ['build'],
  rye: ['build'],
  maturin: ['build', 'sdist'],
  pip: ['wheel'],
};

/** Whether a command builds a package's distributions. */
export function buildsDistributions({ tool = '', verb = '', words }: Command): boolean {
  if (/^(?:build|pyproject-build|cibuildwheel)$/.test(tool)) return true;
  if (tool === 'setup.py') return words.some((word) => /^(?:sdist|bdist_wheel|bdist)$/.test(word));
  return Object.hasOwn(verbs, tool) && verbs[tool]?.includes(verb) === true;
}

/** Whether a job builds distributions and passes them on. */
export const isBuilder = ({ commands, leaves }: Pick<ModelJob, 'commands' | 'leaves'>): boolean =>
  leaves.length > 0 && commands.some(buildsDistributions);

/** The jobs whose artifacts reach others, directly or through further jobs. */
export function jobsBehind(
  names: readonly string[],
  jobs: readonly Pick<ModelJob, 'name' | 'takesFrom'>[],
): string[] {
  const found = new Set<string>();
  const rest = [...names];
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    const sources = jobs.find((job) => job.name === name)?.takesFrom ?? [];
    for (const source of sources.filter((it) => !found.has(it))) {
      found.add(source);
      rest.push(source);
    }
  }
  return [...found];
}

/** Programs that change nothing beyond the files of the job. */
const local =
  /^(?:gpg2?|(?:sha\d+|md5|b2)sum|cosign|auditwheel|check-wheel-contents|abi3audit|strip|cp|mv|rm|mkdir|cd|find|ls|zip|unzip|tar|cat|echo|printf|test|\[|pip|apt|apk|twine)$/;

/**
 * The jobs that hand on what others have built, such as those that sign it or add checksums, with the jobs that build
 * it.
 */
export function carriersIn(jobs: readonly ModelJob[]): Record<string, string[]> {
  const isLocal = (it: Command) =>
    local.test(it.tool ?? '') && it.verb !== 'upload' && !buildsDistributions(it);
  const carriers = jobs.flatMap(({ name, leaves, commands }): [string, string[]][] => {
    if (leaves.length === 0 || !commands.every(isLocal)) return [];
    const behind = jobsBehind([name], jobs);
    const builders = jobs.filter(
      (it) => behind.includes(it.name) && isBuilder(it) && it.leaves.some((path) => leaves.includes(path)),
    );
    return builders.length === 0 ? [] : [[name, builders.map((it) => it.name)]];
  });
  return Object.fromEntries(carriers);
}
