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
}

/** Says who is stuck and lets the user pick a way out; keeping the rules is one if others can release. */
export async function askWayOut(stuck: DeadEnd, goal: Goal, terminal: Terminal): Promise<WayOut> {
  terminal.print('', terminal.paint.yellow(stuck.message), '');
  const ways = [...waysOut(goal), ...(stuck.total ? [] : [keep])];
  return terminal.select('What is to be done about it?', ways, ways[0]?.value as WayOut);
}

const keep: Choice<WayOut> = {
  value: { ask: [], wishes: {} },
  label: 'Leave it so',
  hint: 'others can release',
};

function waysOut({ approvals, selfApproval }: Goal): Choice<WayOut>[] {
  const fewer = Math.max(0, ...approvals.value.map(({ required }) => required - 1));
  return [
    { value: { ask: ['approver'], wishes: {} }, label: 'Name other approvers' },
    { value: { ask: ['deployer'], wishes: {} }, label: 'Name other deployers' },
    ...(approvals.value.length === 0
      ? []
      : [
          {
            value: { ask: [], wishes: { approvals: answered(fewer) } },
            label: fewer === 0 ? 'Ask for no approval' : `Ask for one approval fewer (${fewer})`,
          },
        ]),
    ...(selfApproval.value
      ? []
      : [
          {
            value: { ask: [], wishes: { selfApproval: answered(true) } },
            label: 'Let the one who starts a release approve it',
            hint: 'a setting of the whole project',
          },
        ]),
  ];
}
