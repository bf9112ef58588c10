/**
 * Regular expressions the way GitLab's RE2 evaluates them: in linear time. JavaScript's engine may take years for one
 * line of a pipeline. https://github.com/google/re2/wiki/Syntax
 */

/** A parsed pattern. */
type Node =
  | { kind: 'character'; fits(character: string): boolean }
  | { kind: 'assertion'; holds(before: string | undefined, after: string | undefined): boolean }
  | { kind: 'sequence'; items: Node[] }
  | { kind: 'choice'; options: Node[] }
  | { kind: 'repetition'; item: Node; least: number; most: number };

/** A state of the automaton: what it takes to leave it, and where that leads. */
type State =
  | { kind: 'character'; fits(character: string): boolean; next: number }
  | { kind: 'assertion'; holds(before: string | undefined, after: string | undefined): boolean; next: number }
  | { kind: 'fork'; next: number[] }
  | { kind: 'end' };

/** RE2's limit on repetitions: https://github.com/google/re2/blob/main/re2/parse.cc */
const mostRepetitions = 1000;
const mostStates = 10_000;
const deepest = 200;
/** States times characters; conditions written by people need a few hundred. */
const mostWork = 5_000_000;

/** A pattern that RE2 rejects, or that uses something we do not support. */
class NotUnderstood extends Error {}

/**
 * Whether a text matches a pattern from a pipeline; undefined if the pattern is invalid or too large. `flags` are from
 * `i`, `m` and `s`.
 */
export function matches(source: string, flags: string, text: string): boolean | undefined {
  try {
    const states: State[] = [{ kind: 'end' }];
    const start = compile(new Parser(source, flags).pattern(), 0, states);
    return states.length * text.length > mostWork ? undefined : run(states, start, text);
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

/** Simulates all paths through the automaton in parallel, from every position in the text. */
function run(states: readonly State[], start: number, text: string): boolean {
  let reached: number[] = [];
  for (let at = 0; at <= text.length; at += 1) {
    const now = closure(states, [...reached, start], text[at - 1], text[at]);
    if (now.has(0)) return true;
    const character = text[at];
    if (character === undefined) break;
    reached = [...now].flatMap((index) => {
      const state = states[index];
      return state?.kind === 'character' && state.fits(character) ? [state.next] : [];
    });
  }
  return false;
}

/** The states reachable without consuming a character. */
function closure(
  states: readonly State[],
  from: number[],
  before: string | undefined,
  after: string | undefined,
): Set<number> {
  const found = new Set<number>();
  const open = [...from];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (found.has(index)) continue;
    found.add(index);
    const state = states[index];
    if (state?.kind === 'fork') open.push(...state.next);
    if (state?.kind === 'assertion' && state.holds(before, after)) open.push(state.next);
  }
  return found;
}

/** Adds a node's states, which lead to `next`, and returns the first of them. */
function compile(node: Node, next: number, states: State[]): number {
  const add = (state: State) => {
    if (states.length >= mostStates) throw new NotUnderstood();
    return states.push(state) - 1;
  };
  switch (node.kind) {
    case 'character':
    case 'assertion':
      return add({ ...node, next });
    case 'sequence':
      return node.items.reduceRight((to, item) => compile(item, to, states), next);
    case 'choice':
      return add({ kind: 'fork', next: node.options.map((option) => compile(option, next, states)) });
    case 'repetition': {
      const { item, least, most } = node;
      let first = next;
      if (most === Number.POSITIVE_INFINITY) {
        const fork: State & { kind: 'fork' } = { kind: 'fork', next: [next] };
        first = add(fork);
        fork.next.push(compile(item, first, states));
      } else
        for (let count = least; count < most; count += 1)
          first = add({ kind: 'fork', next: [next, compile(item, first, states)] });
      for (let count = 0; count < least; count += 1) first = compile(item, first, states);
      return first;
    }
  }
}

/** Parses a pattern. Throws `NotUnderstood`. */
class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly source: string,
    private readonly flags: string,
  ) {}

  pattern(): Node {
    const whole = this.choice();
    if (this.at < this.source.length) throw new NotUnderstood();
    return whole;
  }

  private choice(): Node {
    this.depth += 1;
    if (this.depth > deepest) throw new NotUnderstood();
    const options = [this.sequence()];
    while (this.take(/\|/y)) options.push(this.sequence());
    this.depth -= 1;
    return { kind: 'choice', options };
  }

  private sequence(): Node {
    const items: Node[] = [];
    while (this.at < this.source.length && !/[|)]/.test(this.source[this.at] ?? ''))
      items.push(this.repeated(this.atom()));
    return { kind: 'sequence', items };
  }

  private repeated(item: Node): Node {
    const found = this.take(/(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y);
    if (found === undefined) return item;
    const [, sign, from = '', comma, to] = found;
    const end = comma === undefined ? Number(from) : to === '' ? Number.POSITIVE_INFINITY : Number(to);
    const [least, most] = sign === undefined ? [Number(from), end] : signs[sign as keyof typeof signs];
    const isTooMuch = least > mostRepetitions || (Number.isFinite(most) && most > mostRepetitions);
    if (isTooMuch || most < least || this.take(/[*+?]/y)) throw new NotUnderstood();
    return { kind: 'repetition', item, least, most };
  }

  private atom(): Node {
    if (this.take(/\((?:\?:|\?P?<\w+>)?(?!\?)/y)) {
      const inner = this.choice();
      if (!this.take(/\)/y)) throw new NotUnderstood();
      return inner;
    }
    const assertion = this.take(/\^|\$|\\[AzbB]/y)?.[0];
    if (assertion !== undefined) return { kind: 'assertion', holds: this.assertion(assertion) };
    const character = this.take(oneCharacter)?.[0];
    if (character === undefined) throw new NotUnderstood();
    const pattern = this.regExp(`^${character}$`);
    return { kind: 'character', fits: (it) => pattern.test(it) };
  }

  private assertion(text: string): (before: string | undefined, after: string | undefined) => boolean {
    const lines = this.flags.includes('m');
    const isWord = (it: string | undefined) => it !== undefined && /\w/.test(it);
    switch (text) {
      case '^':
        return (before) => before === undefined || (lines && before === '\n');
      case '$':
        return (_, after) => after === undefined || (lines && after === '\n');
      case '\\A':
        return (before) => before === undefined;
      case '\\z':
        return (_, after) => after === undefined;
      default:
        return (before, after) => (isWord(before) !== isWord(after)) === (text === '\\b');
    }
  }

  /** A character or a class; both engines agree on these. */
  private regExp(source: string): RegExp {
    try {
      return new RegExp(source, this.flags.replace('m', ''));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new NotUnderstood();
    }
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source) ?? undefined;
    this.at += found?.[0].length ?? 0;
    return found;
  }
}

const signs = {
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
  '?': [0, 1],
} as const;

/** A class, an escape that both engines support, or a literal character. */
const oneCharacter =
  /\[\^?(?:[^\]\\[]|\[(?![:.=])|\\(?:[dDwWsSnrtfv]|x[\da-fA-F]{2}|[^a-zA-Z0-9]))+\]|\\(?:[dDwWsSnrtfv]|x[\da-fA-F]{2}|[^a-zA-Z0-9])|[^\\[()|*+?]/y;
