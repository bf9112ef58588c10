import { questionOf } from '../cli/options.ts';
import {
  type Checkout,
  locate,
  obviousRemote,
  projectAddress,
  type RemoteCandidate,
  type RemoteWishes,
  remoteCandidates,
} from '../facts/checkout.ts';
import { gitlabOfEnvironment } from '../facts/gitlab-address.ts';
import { UserError } from '../kernel/errors.ts';
import type { Git } from '../ports/git.ts';
import type { Context } from './context.ts';

/**
 * Finds the checkout and its GitLab project, asking the user if there are several remotes. Throws a `UserError` if
 * there is no checkout, or nobody to ask.
 */
export async function findCheckout(context: Context, git: Git, directory: string): Promise<Checkout> {
  const { options, env } = context;
  // In parallel, because each call of git costs a process start.
  const [place, remotes] = await Promise.all([locate(git, directory), git.remotes()]);
  const { remote: wanted, gitlabUrl, project } = options;
  const environment = gitlabOfEnvironment(env);
  const wishes: RemoteWishes = {
    ...(wanted ? { remote: wanted } : {}),
    ...(gitlabUrl ? { gitlabUrl } : {}),
    ...(project ? { project } : {}),
    ...(environment ? { environment } : {}),
  };
  const candidates = remoteCandidates(remotes, wishes);
  const complete = options.gitlabUrl !== undefined && options.project !== undefined;
  const remote = complete ? candidates[0] : await chooseRemote(context, git, candidates);
  return { ...place, ...projectAddress(remote, wishes, remotes) };
}

async function chooseRemote(
  { terminal, options }: Context,
  git: Git,
  candidates: RemoteCandidate[],
): Promise<RemoteCandidate | undefined> {
  const obvious = await obviousRemote(git, candidates);
  if (obvious || candidates.length === 0) return obvious;
  if (!terminal.interactive || options.json) {
    const names = candidates.map(({ name, origin, path }) => `${name} (${origin}/${path})`).join(', ');
    throw new UserError(
      'two-remotes',
      `Several git remotes may name the GitLab project: ${names}.`,
      `Choose one with '--remote ${candidates[0]?.name}', or let the current branch track it.`,
    );
  }
  const choices = candidates.map((value) => ({
    value,
    label: value.name,
    hint: `${value.origin}/${value.path}`,
  }));
  return terminal.select(questionOf('remote'), choices, candidates[0] as RemoteCandidate);
}
