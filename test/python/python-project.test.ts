import { describe, expect, it } from 'vitest';
import { readPythonProject } from '../../src/python/python-project.ts';

const system = (backend: string) => `[build-system]\nrequires = []\nbuild-backend = "${backend}"\n`;

describe('the name of the package', () => {
  it("is the crate's name if only maturin knows it", () => {
    const files = {
      'pyproject.toml': `${system('maturin')}[tool.maturin]\nmanifest-path = "rust/Cargo.toml"\n`,
      'rust/Cargo.toml': '[package]\nname = "demo-pkg"\nversion = "1.2.3"\n',
    };
    expect(readPythonProject(files).name).toEqual({
      value: 'demo-pkg',
      source: { by: 'file', path: 'rust/Cargo.toml', section: '[package]' },
    });
    expect(readPythonProject({ ...files, 'rust/Cargo.toml': '[package' }).name).toBeUndefined();
  });

  it("is the module's name for old-style flit", () => {
    const text = `${system('flit_core.buildapi')}[tool.flit.metadata]\nmodule = "demo"\n`;
    expect(readPythonProject({ 'pyproject.toml': text }).name?.value).toBe('demo');
    const named = `${text}dist-name = "demo-pkg"\n`;
    expect(readPythonProject({ 'pyproject.toml': named }).name?.value).toBe('demo-pkg');
  });

  it.each([
    ['in a constant of setup.py', 'NAME = "demo-pkg"  # on PyPI\nsetup(name=NAME)\n', 'demo-pkg'],
    ['in a typed one', "name: str = 'demo-pkg'\nsetup(\n    name=name,\n)\n", 'demo-pkg'],
    ['unknown if that changes', 'NAME = "demo"\nif X:\n    NAME = "other"\nsetup(name=NAME)\n', undefined],
    ['unknown if it is added to', 'NAME = "demo"\nNAME += "-pkg"\nsetup(name=NAME)\n', undefined],
    ['unknown if it depends', 'if X:\n    NAME = "demo"\nsetup(name=NAME)\n', undefined],
    ['unknown if it is computed', 'NAME = "demo" + X\nsetup(name=NAME)\n', undefined],
  ])('is %s', (_, text, name) => {
    expect(readPythonProject({ 'setup.py': text }).name?.value).toBe(name);
  });
});
