import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The test files that take longest; started first, so that no core is idle at the end. */
const longest = [
  'fault-matrix',
  'pipeline-run',
  'versions-build',
  'declared',
  'permissions',
  'file-crashes',
  'version',
  'triggers',
  'token-run',
];

const placeOf = ({ moduleId }: TestSpecification) => {
  const place = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return place < 0 ? longest.length : place;
};

/** Without a cache, as in CI, the files would otherwise start by their size. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
