import { inDirectory } from '../facts/checkout.ts';
import type { Facts } from '../facts/index.ts';
import { declarationOf } from '../goal/declared.ts';
import type { Goal } from '../goal/index.ts';
import type { Sourced } from '../kernel/source.ts';
import { approvalLabels, labels } from '../people/who.ts';
import { declarationHome } from '../python/declaration.ts';
import { editDeclaration, tableToPaste } from '../python/declare.ts';
import type { EditResult } from '../text/result.ts';

/** The edit of the Python project's files, and whether only the declared choices change. */
export interface DeclaredEdit {
  versionEdit: EditResult;
  onlyDeclares: boolean;
}

/** Puts the declaration of the choices on top of the edit that gives each build its version: one change of the files. */
export function withDeclaration(versionEdit: EditResult, facts: Facts, goal: Goal): DeclaredEdit {
  if (versionEdit.kind === 'refused') return { versionEdit, onlyDeclares: false };
  const { python, checkout } = facts;
  const edits = versionEdit.kind === 'edited' ? versionEdit.edits : [];
  const files = { ...python.files };
  const pathOf = (name: string) => inDirectory(checkout.directory, name);
  for (const name of ['pyproject.toml', 'setup.cfg'])
    files[name] = edits.find(({ path }) => path === pathOf(name))?.after ?? files[name];
  const declared = editDeclaration(files, declarationOf(goal));
  if (declared.kind !== 'edited') {
    return {
      versionEdit: declared.kind === 'refused' ? declared : versionEdit,
      onlyDeclares: false,
    };
  }
  const own = declared.edits.map(({ path, after }) => ({
    path: pathOf(path),
    before: python.files[path],
    after,
  }));
  const others = edits.filter(({ path }) => !own.some((it) => it.path === path));
  const differences = versionEdit.kind === 'edited' ? versionEdit.differences : [];
  return {
    versionEdit: {
      kind: 'edited',
      edits: [...own, ...others],
      differences: [...differences, ...declared.differences],
      notes: [...versionEdit.notes, ...takenNotes(facts, goal)],
    },
    onlyDeclares: versionEdit.kind === 'unchanged',
  };
}

/** The declaration alone, where the pipeline has to be changed first. */
export function waitingDeclaration(facts: Facts, goal: Goal): EditResult {
  const home = declarationHome(facts.python.files);
  const path = inDirectory(facts.checkout.directory, home);
  return {
    kind: 'refused',
    reason: `The choices are not declared in ${path}, because ${facts.pipeline.path.value} has to be changed first: both are one change.`,
    differences: [],
    manual: tableToPaste(declarationOf(goal), home),
    notes: [],
  };
}

/** Where nothing is declared yet, what is there counts as the project's choice from now on, and that is said. */
function takenNotes({ python }: Facts, goal: Goal): string[] {
  if (python.declaration.choices.route !== undefined) return [];
  const {
    route,
    deployers,
    approvals,
    selfApproval,
    releaseEnvironment,
    testEnvironment,
    publishWith,
    attest,
  } = goal;
  const people: [Sourced<unknown>, string][] = [
    [deployers, `deployers ${labels(deployers.value)}`],
    [approvals, `approvals ${approvalLabels(approvals.value)}`],
    ...(selfApproval.value ? [[selfApproval, 'self-approval allowed'] as [Sourced<unknown>, string]] : []),
  ];
  const all: [Sourced<unknown>, string][] = [
    [route, `route ${route.value}`],
    ...(route.value === 'protected' ? people : []),
    [releaseEnvironment, `environment ${releaseEnvironment.value}`],
    ...(goal.testpypi.value
      ? ([[testEnvironment, `environment ${testEnvironment.value}`]] as typeof people)
      : []),
    [publishWith, publishWith.value],
    [attest, attest.value ? 'signed releases' : 'unsigned releases'],
  ];
  const taken = all.filter(([{ source }]) => source.by === 'gitlab' || source.by === 'file');
  if (taken.length === 0) return [];
  return [
    `Nothing is declared yet, so what GitLab and the pipeline have now is taken as your choice: ${taken.map(([, words]) => words).join('; ')}.`,
  ];
}
