import { findCfgOption } from '../../text/setup-cfg.ts';
import { getToml } from '../../text/toml/document.ts';
import type { PythonFiles } from '../python-files.ts';
import { readToml } from '../python-project.ts';

/** Where tools that raise a written version keep theirs, in pyproject.toml. */
const places = [
  ['tool', 'bumpversion', 'current_version'],
  ['tool', 'commitizen', 'version'],
  ['tool', 'bumpver', 'current_version'],
  ['tool', 'tbump', 'version', 'current'],
  ['tool', 'semantic_release', 'version_toml'],
  ['tool', 'semantic_release', 'version_variables'],
];

/** The tables of tools that raise the written version, which there is none of once it comes from git. */
export function bumpTools(files: PythonFiles): string[] {
  const data = readToml(files['pyproject.toml']);
  const inToml = places.filter((path) => getToml(data, ...path) !== undefined);
  const inCfg = findCfgOption(files['setup.cfg'] ?? '', 'bumpversion', 'current_version');
  const names = [
    ...inToml.map(([, tool]) => `[tool.${tool}]`),
    ...(inCfg ? ['[bumpversion] of setup.cfg'] : []),
  ];
  return [...new Set(names)];
}
