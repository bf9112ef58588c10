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
