import { posix } from 'node:path';
import { getToml, parseToml, type TomlTable } from '../text/toml/document.ts';
import type { PythonFiles } from './python-files.ts';

/** The `Cargo.toml` that maturin reads, from the project's folder: https://www.maturin.rs/config */
export function cargoManifest(data: TomlTable): string {
  const path = getToml(data, 'tool', 'maturin', 'manifest-path');
  return posix.normalize(typeof path === 'string' ? path : 'Cargo.toml');
}

/** The name of the crate, which is that of the package where `[project]` gives none; undefined in broken TOML. */
export function cargoName(files: PythonFiles, data: TomlTable): string | undefined {
  if (getToml(data, 'build-system', 'build-backend') !== 'maturin') return undefined;
  try {
    const name = getToml(parseToml(files[cargoManifest(data)] ?? '').data, 'package', 'name');
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
