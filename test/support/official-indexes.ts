import type { KnownIndex } from '../../src/pipeline/index.ts';

/** PyPI and TestPyPI, as a pipeline knows them. */
export const officialIndexes: readonly KnownIndex[] = [
  { id: 'pypi', audience: 'pypi', uploadUrl: 'https://upload.pypi.org/legacy/' },
  { id: 'testpypi', audience: 'testpypi', uploadUrl: 'https://test.pypi.org/legacy/' },
];
