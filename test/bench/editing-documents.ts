/** A pipeline file with this many lines: stages, templates, jobs with rules and scripts, comments in between. */
export function longPipeline(lines: number): string {
  const job = (number: number) => `
# Checks part ${number} of the house
check-${number}:
  extends: .base
  stage: test
  needs: []
  variables:
    PART: "${number}"
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      changes: [src/part_${number}/**/*]
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - pip install -r requirements/part-${number}.txt
    - pytest tests/part_${number} --junitxml=report-${number}.xml
  artifacts:
    when: always
    reports:
      junit: report-${number}.xml
`;
  const head = 'stages:\n  - test\n\n.base:\n  image: python:3.13\n  before_script:\n    - pip install uv\n';
  return filled(head, job, lines);
}

/** A pyproject.toml with this many lines: dependencies, groups, and tables of many tools. */
export function longPyproject(lines: number): string {
  const table = (number: number) => `
# Part ${number}
[tool.house.part-${number}]
name = "part-${number}"
paths = [
  "src/part_${number}",  # the code
  "tests/part_${number}",
]
options = { strict = true, level = ${number % 7} }
`;
  const head = `[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "demo-pkg"
version = "0.1.0"  # raised by hand
requires-python = ">=3.9"
`;
  return filled(head, table, lines);
}

/** The head, and as many parts as fit into the number of lines. */
function filled(head: string, part: (number: number) => string, lines: number): string {
  const count = (text: string) => text.split('\n').length - 1;
  const parts = Math.ceil((lines - count(head)) / count(part(1)));
  return head + Array.from({ length: parts }, (_, index) => part(index + 1)).join('');
}
