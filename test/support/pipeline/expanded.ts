import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { gitlabCiLocal, type LocalRun } from './gitlab-ci-local.ts';
import type { Occasion } from './occasion.ts';
import { isLetIn } from './only-except.ts';

/** A job with `extends`, `!reference`, `default` and `include` already resolved. */
export interface JobData {
  stage?: string;
  rules?: { variables?: Record<string, string> }[];
  only?: unknown;
  except?: unknown;
  variables?: Record<string, string>;
  environment?: string | { name: string };
  id_tokens?: Record<string, { aud: unknown }>;
  image?: { name: string };
  dependencies?: string[];
  needs?: (string | { job: string; artifacts?: boolean })[];
  artifacts?: { paths?: string[]; when?: string };
  trigger?: unknown;
  [keyword: string]: unknown;
}

/** A job that GitLab puts into the pipeline. */
export interface SelectedJob {
  name: string;
  stage: string;
  when: string;
  mayFail: boolean;
  data: JobData;
}

/** What is the same for all jobs. */
export interface Expanded {
  stages: string[];
  variables: Record<string, string>;
  /** Empty where GitLab makes no pipeline. */
  jobs: SelectedJob[];
}

type Listed = { name: string; stage: string; when: string; allow_failure: unknown }[];

/** Has gitlab-ci-local resolve a pipeline file and judge its rules; what it leaves out is judged here. */
export async function expandPipeline(
  at: Omit<LocalRun, 'args'>,
  occasion: Occasion,
  projectPath: string,
): Promise<Expanded> {
  const listed = await list(at);
  const file = parse(await readFile(join(at.cwd, '../state/expanded-gitlab-ci.yml'), 'utf8'));
  const parallel = listed.find(({ name }) => file[name] === undefined);
  if (parallel) throw new Error(`The job ${parallel.name} is one of several alike, which are not run here.`);
  const probed = await probe(at, file, listed);
  const jobs = listed
    .filter(({ name, when }) => {
      const { rules, ...data } = file[name] as JobData;
      return rules ? when !== 'never' : isLetIn(data, occasion, projectPath);
    })
    .map((job) => ({
      ...job,
      mayFail: job.allow_failure === true,
      data: { ...inherited(file, job.name), ...probed.withRuleVariables(job.name) },
    }));
  return { stages: file.stages, variables: file.variables ?? {}, jobs: probed.isMade ? jobs : [] };
}

async function list(at: Omit<LocalRun, 'args'>): Promise<Listed> {
  const { exitCode, stdout, stderr } = await gitlabCiLocal({ ...at, args: ['--list-json'] });
  if (exitCode !== 0) throw new Error(`gitlab-ci-local cannot read the pipeline file:\n${stdout}${stderr}`);
  return JSON.parse(stdout) as Listed;
}

/** `default:id_tokens` is not among what gitlab-ci-local hands on: https://docs.gitlab.com/ci/yaml/#id_tokens */
function inherited(file: Record<string, JobData>, name: string): JobData {
  const { inherit } = file[name] as { inherit?: { default?: boolean } };
  const tokens = inherit?.default === false ? undefined : file.default?.id_tokens;
  return tokens === undefined ? {} : { id_tokens: tokens };
}

/**
 * gitlab-ci-local neither says whether `workflow:rules` make a pipeline, nor which rule of a job gave its variables.
 * It does judge the rules of jobs, so a file of jobs that have one question each brings the answers.
 */
async function probe(at: Omit<LocalRun, 'args'>, file: Record<string, JobData>, listed: Listed) {
  const questions: Record<string, JobData> = {};
  const ask = (name: string, rules: object[]) => {
    questions[name] = { stage: 'test', script: ['true'], rules } as JobData;
  };
  if (file.workflow?.rules) ask('the workflow', file.workflow.rules.map(plain));
  for (const { name } of listed) {
    const rules = file[name]?.rules ?? [];
    if (!rules.some(({ variables }) => variables)) continue;
    for (const [place, rule] of rules.entries()) ask(`${place} ${name}`, [plain(rule)]);
  }
  const answers = Object.keys(questions).length === 0 ? [] : await askAll(at, file, questions);
  const yes = new Set(answers.filter(({ when }) => when !== 'never').map(({ name }) => name));
  return {
    isMade: questions['the workflow'] === undefined || yes.has('the workflow'),
    withRuleVariables(name: string): JobData {
      const data = file[name] ?? {};
      const rule = data.rules?.find((_, place) => yes.has(`${place} ${name}`));
      return { ...data, variables: { ...data.variables, ...rule?.variables } };
    },
  };
}

const plain = ({ variables, ...rule }: { variables?: unknown }) => rule;

async function askAll(at: Omit<LocalRun, 'args'>, file: object, questions: object): Promise<Listed> {
  const { variables } = file as { variables?: object };
  const path = join(at.cwd, '../probe/questions.yml');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(
    path,
    JSON.stringify({ stages: ['test'], ...(variables ? { variables } : {}), ...questions }),
  );
  return list({ ...at, file: '../probe/questions.yml' });
}
