import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../tools.ts';
import { type Expanded, expandPipeline } from './expanded.ts';
import { type Imitated, imitate } from './imitation.ts';
import { type Occasion, occasions, variablesOf } from './occasion.ts';

/** The occasions on which projects publish, or must not. */
export const allOccasions = {
  push: occasions.push('main'),
  'other branch': occasions.push('feature'),
  'tag v1.2.3': occasions.tag('v1.2.3'),
  'tag v1.2.3rc1': occasions.tag('v1.2.3rc1'),
  'other tag': occasions.tag('nightly'),
  'merge request': occasions.mergeRequest('feature'),
  schedule: occasions.schedule('main'),
  web: occasions.web('main'),
  api: occasions.api('main'),
  trigger: occasions.trigger('main'),
};

/** What happens on an occasion: the jobs that GitLab creates and, on request, what they do. */
export interface Happening extends Expanded {
  /** Jobs of child pipelines appear among the jobs as 'parent > job'. */
  did?: Imitated;
}

export interface WhatHappensRequest {
  /** A git repository, including uncommitted changes. */
  repository: string;
  occasions: Record<string, Occasion>;
  projectPath?: string;
  pipelineFile?: string;
  /** As in file names: harbour_map. Without it no scripts run. */
  filesName?: string;
  /** URLs passed to the program in place of the two indexes. */
  aliases?: Record<'pypi' | 'testpypi', string>;
}

/**
 * What a project's pipeline does on each occasion: which jobs gitlab-ci-local selects and, on request, what their
 * scripts do with stand-ins for the tools.
 */
export async function whatHappens(request: WhatHappensRequest): Promise<Record<string, Happening>> {
  const { repository, projectPath = 'demo-group/demo-pkg', pipelineFile = '.gitlab-ci.yml' } = request;
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-happens-'));
  try {
    const checkout = join(folder, 'checkout');
    await cp(repository, checkout, { recursive: true });
    const sha = (await run('git', ['rev-parse', 'HEAD'], { cwd: checkout })).stdout.trim();
    const setting = { projectPath, defaultBranch: 'main', pipelineNumber: 7, sha };
    const secrets = await secretsIn(checkout);
    const names = Object.keys(request.occasions);
    const asked = Object.values(request.occasions).map((occasion) => ({
      occasion,
      variables: { ...variablesOf(occasion, setting), ...secrets },
    }));
    const environment = { PATH: process.env.PATH ?? '', HOME: folder };
    const at = { cwd: checkout, file: pipelineFile, environment };
    const expanded = await expandPipeline(at, asked, projectPath);
    const happenings: Record<string, Happening> = {};
    for (const [place, one] of expanded.entries()) {
      const name = names[place] as string;
      const { occasion, variables } = asked[place] as (typeof asked)[number];
      const children = await childrenOf(one, { occasion, variables }, at, projectPath);
      const whole = { ...one, jobs: [...one.jobs, ...children.flatMap(({ jobs }) => jobs)] };
      happenings[name] = whole;
      if (request.filesName === undefined || one.problems.length > 0) continue;
      await tagAs(checkout, occasion);
      const of = (expanded: Expanded) =>
        imitate({
          checkout,
          expanded,
          variables,
          filesName: request.filesName ?? '',
          aliases: request.aliases ?? {},
        });
      const parts = [await of(one)];
      for (const child of children) parts.push(await of(child));
      happenings[name] = { ...whole, did: merged(parts) };
    }
    return happenings;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function merged(parts: Imitated[]): Imitated {
  return {
    uploads: parts.flatMap(({ uploads }) => uploads),
    failures: parts.flatMap(({ failures }) => failures),
    skipped: parts.flatMap(({ skipped }) => skipped),
    others: parts.flatMap(({ others }) => others),
  };
}

/** Pipelines that jobs of this one start from files in the checkout. */
async function childrenOf(
  { jobs }: Expanded,
  asked: { occasion: Occasion; variables: Record<string, string | undefined> },
  at: Parameters<typeof expandPipeline>[0],
  projectPath: string,
): Promise<Expanded[]> {
  const children: Expanded[] = [];
  for (const { name, data } of jobs) {
    const include = data.trigger?.include;
    const files = typeof include === 'string' ? [include] : (include ?? []).map(({ local }) => local);
    for (const file of files) {
      if (file === undefined) continue;
      const occasion: Occasion = { ...asked.occasion, source: 'parent_pipeline' };
      const variables = { ...asked.variables, CI_PIPELINE_SOURCE: 'parent_pipeline' };
      const [child] = await expandPipeline({ ...at, file }, [{ occasion, variables }], projectPath);
      if (child)
        children.push({ ...child, jobs: child.jobs.map((it) => ({ ...it, name: `${name} > ${it.name}` })) });
    }
  }
  return children;
}

async function tagAs(checkout: string, { ref, refType }: Occasion): Promise<void> {
  if (refType === 'tag') await run('git', ['tag', '--force', ref], { cwd: checkout });
}

/** Every variable in the CI files that sounds like a secret, with a value that gives its name. */
async function secretsIn(checkout: string): Promise<Record<string, string>> {
  const names = (await readdir(checkout, { recursive: true })).filter((it) => /\.(ya?ml|sh)$/.test(it));
  const texts = await Promise.all(names.map((it) => readFile(join(checkout, it), 'utf8').catch(() => '')));
  const found = texts.join('\n').matchAll(/\$\{?([A-Z][A-Z0-9_]*(?:TOKEN|PASSWORD|PASS|SECRET|HOOK))\b/g);
  const all = new Set([...found].map(([, name]) => name as string));
  for (const name of [...all]) if (/ID_TOKEN$|^CI_|^oidc/.test(name)) all.delete(name);
  return Object.fromEntries([...all].map((name) => [name, `secret-${name}`]));
}
