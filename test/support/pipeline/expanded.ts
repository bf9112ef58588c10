import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { gitlabCiLocal, type LocalRun } from './gitlab-ci-local.ts';
import { expand, type Occasion, type Variables } from './occasion.ts';
import { limitsOf } from './only-except.ts';
import { installTemplates } from './templates.ts';

/** A job with `extends`, `!reference`, `default` and `include` already resolved. */
export interface JobData {
  stage?: string;
  script?: string[];
  before_script?: string[];
  after_script?: string[];
  rules?: Rule[];
  only?: unknown;
  except?: unknown;
  variables?: Record<string, string>;
  environment?: string | { name: string };
  id_tokens?: Record<string, { aud: unknown }>;
  image?: { name: string };
  services?: { name: string }[];
  cache?: Cache[];
  hooks?: { pre_get_sources_script?: string[] };
  dependencies?: string[];
  needs?: (string | Need)[];
  artifacts?: { paths?: string[]; when?: string };
  inherit?: { default?: boolean | string[]; variables?: boolean | string[] };
  trigger?: { include?: string | { local?: string }[] };
  [keyword: string]: unknown;
}

/** Files that a job gets from earlier runs of jobs with the same key, and leaves for later ones. */
export interface Cache {
  key?: string | object;
  paths?: string[];
}

interface Rule {
  variables?: Record<string, string>;
  [keyword: string]: unknown;
}

interface Need {
  job: string;
  artifacts?: boolean;
  optional?: boolean;
}

/** A job that GitLab puts into the pipeline. */
export interface SelectedJob {
  name: string;
  stage: string;
  when: string;
  mayFail: boolean;
  data: JobData;
}

/** Common to all jobs. */
export interface Expanded {
  stages: string[];
  variables: Record<string, string>;
  /** Empty if GitLab does not create a pipeline. */
  jobs: SelectedJob[];
  /** Why GitLab would refuse to create the pipeline even though it has jobs. */
  problems: string[];
}

/** An occasion with GitLab's variables for it, including the project's settings. */
export interface Scenario {
  occasion: Occasion;
  variables: Variables;
}

type File = Record<string, JobData> & {
  stages: string[];
  variables?: Record<string, string>;
  workflow?: { rules?: Rule[] };
};
type Listed = { name: string; stage: string; when: string; allow_failure: unknown }[];
type At = Omit<LocalRun, 'args' | 'variables'>;

/**
 * Lets gitlab-ci-local resolve a pipeline file and evaluate its rules, for one or several occasions at once, in order;
 * what it does not cover is evaluated here. Every `rules:changes` counts as changed. Throws if it cannot read the file.
 */
export async function expandPipeline(
  at: At,
  scenarios: Scenario[],
  projectPath: string,
): Promise<Expanded[]> {
  await installTemplates(join(at.cwd, '../state'));
  const listed = await list({ ...at, variables: scenarios[0]?.variables ?? {} });
  const file: File = parse(await readFile(join(at.cwd, '../state/expanded-gitlab-ci.yml'), 'utf8'));
  // A parallel job is listed as 'test: [3.12]' etc.; use one of them.
  const names = [...new Set(listed.map(({ name }) => baseName(name, file)))];
  const each = scenarios.map((one, place) => new Questions(`${place} `, file, names, one, projectPath));
  const answers = await askAll(at, Object.assign({}, ...each.map(({ asked }) => asked)), scenarios);
  return each.map((questions) => selected(file, names, questions, answers));
}

function baseName(name: string, file: File): string {
  return file[name] === undefined ? name.replace(/: \[.*\]$/, '') : name;
}

function selected(file: File, names: string[], questions: Questions, answers: Map<string, Answer>): Expanded {
  const jobs = questions.isMade(answers)
    ? names.flatMap((name) => {
        const answer = questions.answerFor(name, answers);
        if (answer === undefined) return [];
        const data = { ...inherited(file, name), ...file[name], ...questions.withRule(name, answers) };
        return [{ name, stage: file[name]?.stage ?? 'test', ...answer, data }];
      })
    : [];
  return {
    stages: file.stages,
    variables: questions.variablesOf(answers),
    jobs,
    problems: problemsOf(jobs, file),
  };
}

/** The file's variables that reach a job: https://docs.gitlab.com/ci/yaml/#inheritvariables */
export function inheritedVariables(
  inherit: JobData['inherit'],
  variables: Record<string, string> = {},
): Record<string, string> {
  const taken = inherit?.variables ?? true;
  const reaches = (name: string) => (Array.isArray(taken) ? taken.includes(name) : taken);
  return Object.fromEntries(Object.entries(variables).filter(([name]) => reaches(name)));
}

/** Defaults that gitlab-ci-local does not pass on: https://docs.gitlab.com/ci/yaml/#default */
function inherited(file: File, name: string): JobData {
  const inherit = file[name]?.inherit?.default ?? true;
  const taken = (['id_tokens', 'hooks'] as const).filter((key) =>
    Array.isArray(inherit) ? inherit.includes(key) : inherit,
  );
  return Object.fromEntries(
    taken.flatMap((key) => (file.default?.[key] === undefined ? [] : [[key, file.default[key]]])),
  );
}

/** GitLab creates no pipeline in which a job needs a missing one: https://docs.gitlab.com/ci/yaml/#needs */
function problemsOf(jobs: SelectedJob[], file: File): string[] {
  const stageOf = (name: string) => file.stages.indexOf(file[name]?.stage ?? 'test');
  return jobs.flatMap(({ name, data }) => [
    ...(data.needs ?? []).flatMap((need) => {
      const { job, optional } = typeof need === 'string' ? { job: need, optional: false } : need;
      const isThere = jobs.some((other) => other.name === baseName(job, file));
      return isThere || optional ? [] : [`${name} needs ${job}, which is not in the pipeline`];
    }),
    ...(data.dependencies ?? [])
      .filter((job) => file[job] === undefined || stageOf(job) > stageOf(name))
      .map((job) => `${name} depends on ${job}, which does not come before it`),
  ]);
}

interface Answer {
  when: string;
  mayFail: boolean;
}

/**
 * gitlab-ci-local evaluates job rules and nothing else: not `workflow:rules`, not `only` and `except`, and it does not
 * say which rule contributed its variables. So all of that is asked as rules of made-up jobs, one question each. The
 * occasion's variables become job variables, so that a single run answers for all occasions.
 */
class Questions {
  readonly asked: Record<string, JobData> = {};
  readonly #limits = new Map<string, ReturnType<typeof limitsOf>>();
  readonly #prefix: string;
  readonly #file: File;

  constructor(prefix: string, file: File, names: string[], { occasion, variables }: Scenario, path: string) {
    this.#prefix = prefix;
    this.#file = file;
    if (file.workflow?.rules) this.#ask('the workflow', file.workflow.rules.map(plain), variables);
    for (const [place, rule] of (file.workflow?.rules ?? []).entries())
      this.#ask(`rule ${place} of the workflow`, [plain(rule)], variables);
    for (const name of names) {
      const { rules, only, except, variables: own, when, allow_failure, inherit } = file[name] as JobData;
      const globals = inheritedVariables(inherit, file.variables);
      const all = { ...variables, ...globals, ...own, ...settingsOf(variables) };
      const basic = { ...(when ? { when } : {}), ...(allow_failure === undefined ? {} : { allow_failure }) };
      this.#ask(name, (rules ?? [{}]).map(plain), all, basic);
      for (const [place, rule] of (rules ?? []).entries())
        if (rule.variables) this.#ask(`rule ${place} ${name}`, [plain(rule)], all);
      if (rules) continue;
      const limits = limitsOf(
        { only, except, hasWorkflow: file.workflow?.rules !== undefined },
        occasion,
        path,
      );
      this.#limits.set(name, limits);
      for (const kind of ['only', 'except'] as const)
        if (limits?.[kind].length)
          this.#ask(
            `${kind} ${name}`,
            limits[kind].map((it) => ({ if: it })),
            all,
          );
    }
  }

  #ask(name: string, rules: object[], variables: Variables, basic: object = {}): void {
    const given = Object.entries(variables).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, expand(String(value), variables)]],
    );
    this.asked[this.#prefix + name] = {
      stage: 'test',
      script: ['true'],
      ...basic,
      rules: rules as Rule[],
      variables: Object.fromEntries(given),
    };
  }

  #isYes(name: string, answers: Map<string, Answer>): boolean {
    return (answers.get(this.#prefix + name)?.when ?? 'never') !== 'never';
  }

  isMade(answers: Map<string, Answer>): boolean {
    return this.#file.workflow?.rules === undefined || this.#isYes('the workflow', answers);
  }

  /** The file's variables, and those of the workflow's first matching rule. */
  variablesOf(answers: Map<string, Answer>): Record<string, string> {
    const { workflow, variables } = this.#file;
    const rule = workflow?.rules?.find((_, place) => this.#isYes(`rule ${place} of the workflow`, answers));
    return { ...variables, ...rule?.variables };
  }

  answerFor(name: string, answers: Map<string, Answer>): Answer | undefined {
    if (!this.#isYes(name, answers)) return undefined;
    if (this.#file[name]?.rules === undefined) {
      const limits = this.#limits.get(name);
      if (limits === undefined) return undefined;
      if (limits.only.length > 0 && !this.#isYes(`only ${name}`, answers)) return undefined;
      if (limits.except.length > 0 && this.#isYes(`except ${name}`, answers)) return undefined;
    }
    return answers.get(this.#prefix + name);
  }

  /** The variables of the first matching rule. */
  withRule(name: string, answers: Map<string, Answer>): JobData {
    const { rules = [], variables } = this.#file[name] ?? {};
    const rule = rules.find((_, place) => this.#isYes(`rule ${place} ${name}`, answers));
    return rule?.variables ? { variables: { ...variables, ...rule.variables } } : {};
  }
}

const plain = ({ variables, ...rule }: Rule) => rule;

/** Variables of the project's settings override the file's; they are those that GitLab does not predefine. */
function settingsOf(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^(GITLAB_)?CI(_|$)/.test(name)));
}

async function askAll(
  at: At,
  questions: Record<string, JobData>,
  scenarios: Scenario[],
): Promise<Map<string, Answer>> {
  const path = join(at.cwd, '../probe/questions.yml');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify({ stages: ['test'], ...questions }));
  // Variables that not every occasion has are set per question.
  const all = scenarios.flatMap((one) => Object.entries(one.variables));
  const variables = Object.fromEntries(all.filter(([, value]) => value === undefined));
  const quick = ['--no-json-schema-validation'];
  const listed = await list({ ...at, file: '../probe/questions.yml', variables }, quick);
  return new Map(
    listed.map(({ name, when, allow_failure }) => [name, { when, mayFail: allow_failure === true }]),
  );
}

async function list(at: Omit<LocalRun, 'args'>, options: string[] = []): Promise<Listed> {
  const args = ['--list-json', '--no-evaluate-rule-changes'];
  const { exitCode, stdout, stderr } = await gitlabCiLocal({ ...at, args: [...args, ...options] });
  if (exitCode !== 0) throw new Error(`gitlab-ci-local cannot read the pipeline file:\n${stdout}${stderr}`);
  return JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as Listed;
}
