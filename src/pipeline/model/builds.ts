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
