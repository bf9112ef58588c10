import type { IndexGoal } from '../../goal/index.ts';
import { indexTokenVariables } from '../../indexes/token-variables.ts';
import { reasonOf } from '../../kernel/errors.ts';
import { GitLabError, isOvertaken } from '../../ports/gitlab-error.ts';
import type { Variable, VariableChange, VariableName } from '../../ports/gitlab-variables.ts';
import type { Ports, Step } from './setting.ts';

/** What has to change about a variable; never needs the value. */
export function changeOf(own: Variable, { environmentScope }: VariableName): VariableChange {
  return {
    ...(own.environmentScope === environmentScope ? {} : { environmentScope }),
    ...(own.protected ? {} : { protected: true }),
    ...(own.masked ? {} : { masked: true }),
    ...(own.raw === false ? { raw: true } : {}),
    ...(own.type === 'env_var' ? {} : { type: 'env_var' }),
  };
}

/** Only changes the flags. */
export function update(projectId: number, own: Variable, change: VariableChange): Step {
  return {
    label: `update the variable ${own.key} for ${own.environmentScope}`,
    run: ({ gitlab }) => gitlab.updateVariable(projectId, own, change),
  };
}

/** Creates the variable, and removes it again if the server did not mask it. */
export function creation(projectId: number, name: VariableName, index: IndexGoal): Step {
  return {
    label: `create the variable ${name.key} for ${name.environmentScope}`,
    run: (ports) => withToken(ports, index, (token) => create(projectId, name, index, ports, token)),
  };
}

/** Replaces the token. A visible variable is recreated, the only way to hide it. */
export function replacement(projectId: number, own: Variable, name: VariableName, index: IndexGoal): Step {
  return {
    label: `replace the token in ${name.key} for ${name.environmentScope}`,
    run: (ports) =>
      withToken(ports, index, async (value) => {
        if (own.hidden !== false)
          return ports.gitlab.updateVariable(projectId, own, { ...changeOf(own, name), value });
        await ports.gitlab.deleteVariable(projectId, own).catch(unlessGone);
        return create(projectId, name, index, ports, value);
      }),
  };
}

async function create(
  projectId: number,
  name: VariableName,
  index: IndexGoal,
  { gitlab }: Ports,
  value: string,
): Promise<void> {
  const description = `API token of ${index.title} (gitlab-to-pypi)`;
  const made = await gitlab.createVariable(projectId, { ...name, value, description });
  if (made.masked) return;
  await gitlab.deleteVariable(projectId, name).catch((error) => {
    throw new Error(
      `GitLab left ${name.key} unmasked, so that jobs could print it, and it could not be deleted again (${reasonOf(error)}): delete it by hand and revoke the token.`,
    );
  });
  throw new Error(
    `GitLab left ${name.key} unmasked, so that jobs could print it; it was deleted again. This server is too old for the token route.`,
  );
}

/** A variable that someone else has deleted in the meantime needs no change. */
function unlessGone(error: unknown): void {
  if (!isOvertaken(error)) throw error;
}

/** A server may quote the request in its error, which is then shown. */
async function withToken(
  { uploadTokens }: Ports,
  { id, title }: IndexGoal,
  work: (token: string) => Promise<void>,
): Promise<void> {
  const token = uploadTokens[id]?.reveal();
  if (token === undefined)
    throw new Error(`There is no API token of ${title} to put there; set ${indexTokenVariables[id]} to one.`);
  return work(token).catch((error) => {
    const message = reasonOf(error).replaceAll(token, '(the token)');
    throw error instanceof GitLabError
      ? new GitLabError(error.kind, message, error.status)
      : new Error(message);
  });
}
