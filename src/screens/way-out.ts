import type { ChoiceName } from '../cli/options.ts';
import type { Goal } from '../goal/index.ts';
import type { Wishes } from '../goal/wishes.ts';
import { answered } from '../kernel/source.ts';
import type { DeadEnd } from '../people/dead-end.ts';
import type { Choice, Terminal } from '../terminal/terminal.ts';

/** What to do about rules that keep someone from releasing: ask these questions again, or use these wishes. */
export interface WayOut {
  ask: ChoiceName[];
  wishes: Wishes;
  /** The rules stay as they are. */
  keep?: true;
}

/** Says who is stuck and lets the user pick a way out; keeping the rules is one if others can release. */
export async function askWayOut(stuck: DeadEnd, goal: Goal, terminal: Terminal): Promise<WayOut> {
  const ways = [...waysOut(goal), ...(stuck.total ? [] : [keep])];
  return terminal.select(`How do you want to fix it?\n${stuck.message}`, ways, ways[0]?.value as WayOut);
}

const keep: Choice<WayOut> = {
  value: { ask: [], wishes: {}, keep: true },
  label: 'Keep it this way',
  hint: 'others can release',
};

function waysOut({ approvals, selfApproval }: Goal): Choice<WayOut>[] {
  const fewer = Math.max(0, ...approvals.value.map(({ required }) => required - 1));
  const others: Choice<WayOut>[] = [
    { value: { ask: ['approver'], wishes: {} }, label: 'Name other approvers' },
    { value: { ask: ['deployer'], wishes: {} }, label: 'Name other deployers' },
  ];
  const less: Choice<WayOut> = {
    value: { ask: [], wishes: { approvals: answered(fewer) } },
    label: fewer === 0 ? 'Ask for no approval' : `Ask for one approval fewer (${fewer})`,
  };
  const self: Choice<WayOut> = {
    value: { ask: [], wishes: { selfApproval: answered(true) } },
    label: 'Let whoever starts a release approve it',
    hint: 'a setting of the whole project',
  };
  return [
    ...(fewer > 0 ? [less, ...others] : others),
    ...(approvals.value.length > 0 && fewer === 0 ? [less] : []),
    ...(selfApproval.value ? [] : [self]),
  ];
}
