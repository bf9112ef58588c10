import type { PythonFiles } from '../python-files.ts';
import { readToml } from '../python-project.ts';
import { getToml } from '../toml.ts';
import { flitModuleFiles } from './flit.ts';
import { cargoManifest } from './maturin.ts';

/**
 * The files besides `pyproject.toml`, `setup.cfg` and `setup.py` in which this project's version may be written, by
 * their path from the project's folder; not each of them is there. Throws a `UserError` for broken TOML.
 */
export function furtherFiles(files: PythonFiles): string[] {
  const data = readToml(files['pyproject.toml']);
  const backend = String(getToml(data, 'build-system', 'build-backend'));
  if (typeof getToml(data, 'project', 'version') === 'string') return [];
  if (backend === 'maturin') return [cargoManifest(data)];
  return /^flit(_core)?\./.test(backend) ? flitModuleFiles(data) : [];
}
