/** A word of a command: quotes and escapes removed, variables and substitutions unexpanded. */
export interface Word {
  value: string;
  /** Commands inside `$(...)`, backticks and `<(...)`. */
  substitutions: ShellNode[][];
}

export interface Redirect {
  /** `>`, `>>`, `<`, `<<<`, `&>` ...; for `<<` the target is the text of the here-document. */
  operator: string;
  target: string;
}

/** A parsed shell script: POSIX sh plus the bash features in common use. */
export type ShellNode = { /** As it stands. */ text: string } & (
  | {
      kind: 'simple';
      assignments: [name: string, value: string][];
      words: Word[];
      redirects: Redirect[];
      /** Substitutions in assignments and redirects. */
      substitutions: ShellNode[][];
    }
  | { kind: 'pipe'; parts: ShellNode[] }
  | { kind: 'not'; body: ShellNode }
  | { kind: 'chain'; first: ShellNode; rest: { operator: '&&' | '||'; node: ShellNode }[] }
  | { kind: 'subshell' | 'group'; body: ShellNode[] }
  | {
      kind: 'if';
      branches: { condition: ShellNode[]; text: string; body: ShellNode[] }[];
      otherwise: ShellNode[];
    }
  | { kind: 'loop'; head: string; condition: ShellNode[]; body: ShellNode[] }
  | { kind: 'case'; branches: { text: string; body: ShellNode[] }[] }
  | { kind: 'function'; name: string; body: ShellNode }
);

/** Not shell, incomplete, or longer or deeper than anything people write. */
export class ShellSyntaxError extends Error {
  override name = 'ShellSyntaxError';
}

const longest = 200_000;
const deepest = 60;

/**
 * Parses a script once, in linear time. Grammar:
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_10, plus bash's `[[`, `((`, `<<<`,
 * `<(...)`, arrays and `function`. Throws `ShellSyntaxError`.
 */
export function parseShell(text: string): ShellNode[] {
  if (text.length > longest) throw new ShellSyntaxError('too long');
  const parser = new Parser(text);
  const nodes = parser.list();
  if (!parser.atEnd()) throw new ShellSyntaxError(`unexpected '${text.slice(parser.at, parser.at + 10)}'`);
  return nodes;
}

const closers = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}']);
const blank = /[ \t\r]/;
const endsWord = /[ \t\r\n;&|<>()]/;
const redirection = /(?:\d+|&)?(?:<<<|<<-?|<>|<&|>\||>>|>&|<|>)/y;
const assignment = /^([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=/;

class Parser {
  at = 0;
  private depth = 0;
  private readonly documents: { redirect: Redirect; delimiter: string; tabs: boolean }[] = [];

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.skipLines();
    return this.at >= this.text.length;
  }

  /** Commands up to their terminator: `)`, `}`, `fi`, `;;` ... */
  list(): ShellNode[] {
    this.deeper();
    const nodes: ShellNode[] = [];
    for (;;) {
      this.skipLines();
      if (this.at >= this.text.length || this.text[this.at] === ')' || this.text.startsWith(';;', this.at))
        break;
      if (closers.has(this.peek())) break;
      nodes.push(this.chain());
      this.skipBlanks();
      const next = this.text[this.at];
      if (next === ';' && this.text[this.at + 1] !== ';') this.at += 1;
      else if (next === '&') this.at += 1;
      else if (next !== undefined && next !== '\n' && next !== ')' && next !== ';')
        throw new ShellSyntaxError(`unexpected '${next}'`);
    }
    this.depth -= 1;
    return nodes;
  }

  private deeper(): void {
    this.depth += 1;
    if (this.depth > deepest) throw new ShellSyntaxError('nested too deeply');
  }

  /** The text from there to here, without trailing blanks. */
  private since(start: number): string {
    return this.text.slice(start, this.at).trimEnd();
  }

  private chain(): ShellNode {
    this.skipBlanks();
    const start = this.at;
    const first = this.pipe();
    const rest: { operator: '&&' | '||'; node: ShellNode }[] = [];
    for (;;) {
      this.skipBlanks();
      const operator = this.text.slice(this.at, this.at + 2);
      if (operator !== '&&' && operator !== '||') break;
      this.at += 2;
      this.skipLines();
      rest.push({ operator, node: this.pipe() });
    }
    if (rest.length === 0) return first;
    return { kind: 'chain', first, rest, text: this.since(start) };
  }

  private pipe(): ShellNode {
    this.skipBlanks();
    const start = this.at;
    const negated = this.peek() === '!';
    if (negated) this.at += 1;
    const parts = [this.command()];
    for (;;) {
      this.skipBlanks();
      if (this.text[this.at] !== '|' || this.text[this.at + 1] === '|') break;
      this.at += this.text[this.at + 1] === '&' ? 2 : 1;
      this.skipLines();
      parts.push(this.command());
    }
    const text = this.since(start);
    const [only] = parts;
    const node: ShellNode = parts.length === 1 && only ? only : { kind: 'pipe', parts, text };
    return negated ? { kind: 'not', body: node, text } : node;
  }

  private command(): ShellNode {
    this.skipBlanks();
    const start = this.at;
    const word = this.peek();
    const node = this.compound(word, start);
    if (!node) return this.simple(start);
    this.trailingRedirects();
    return node;
  }

  private compound(word: string, start: number): ShellNode | undefined {
    if (this.text.startsWith('((', this.at)) return this.opaque('((', '))', start);
    if (this.text[this.at] === '(') {
      const body = this.enclosed('(', ')');
      return { kind: 'subshell', body, text: this.since(start) };
    }
    switch (word) {
      case '{': {
        const body = this.enclosed('{', '}');
        return { kind: 'group', body, text: this.since(start) };
      }
      case '[[':
        return this.opaque('[[', ']]', start);
      case 'if':
        return this.conditional(start);
      case 'while':
      case 'until':
        return this.whileLoop(start);
      case 'for':
      case 'select':
        return this.forLoop(start);
      case 'case':
        return this.cases(start);
      case 'function': {
        this.expect('function');
        this.skipBlanks();
        const name = this.word().value;
        this.skipBlanks();
        if (this.text[this.at] === '(') this.brackets();
        return this.functionBody(name, start);
      }
    }
    const name = /[\w.:-]+(?=[ \t]*\([ \t]*\))/y;
    name.lastIndex = this.at;
    const found = name.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.at += found.length;
    this.skipBlanks();
    this.brackets();
    return this.functionBody(found, start);
  }

  private functionBody(name: string, start: number): ShellNode {
    this.skipLines();
    this.deeper();
    const body = this.command();
    this.depth -= 1;
    return { kind: 'function', name, body, text: this.since(start) };
  }

  private brackets(): void {
    this.at = this.text.indexOf(')', this.at) + 1;
  }

  private conditional(start: number): ShellNode {
    const branches: { condition: ShellNode[]; text: string; body: ShellNode[] }[] = [];
    let word = 'if';
    while (word === 'if' || word === 'elif') {
      this.expect(word);
      const from = this.at;
      const condition = this.list();
      const text = this.text.slice(from, this.at).trim().replace(/;$/, '');
      this.expect('then');
      branches.push({ condition, text, body: this.list() });
      word = this.peek();
    }
    let otherwise: ShellNode[] = [];
    if (word === 'else') {
      this.expect('else');
      otherwise = this.list();
    }
    this.expect('fi');
    return { kind: 'if', branches, otherwise, text: this.since(start) };
  }

  private whileLoop(start: number): ShellNode {
    this.at += this.peek().length;
    const condition = this.list();
    const head = this.text.slice(start, this.at).trim().replace(/;$/, '');
    const body = this.body();
    return { kind: 'loop', head, condition, body, text: this.since(start) };
  }

  private forLoop(start: number): ShellNode {
    this.at += this.peek().length;
    this.skipBlanks();
    const substitutions: ShellNode[][] = [];
    if (this.text.startsWith('((', this.at)) this.opaque('((', '))', this.at);
    else
      while (!/[;\n]/.test(this.text[this.at] ?? ';')) {
        substitutions.push(...this.word().substitutions);
        this.skipBlanks();
      }
    const head = this.text.slice(start, this.at).trim();
    const body = this.body();
    return { kind: 'loop', head, condition: substitutions.flat(), body, text: this.since(start) };
  }

  private body(): ShellNode[] {
    this.skipLines();
    if (this.text[this.at] === ';') this.at += 1;
    this.skipLines();
    this.expect('do');
    const body = this.list();
    this.expect('done');
    return body;
  }

  private cases(start: number): ShellNode {
    this.expect('case');
    this.skipBlanks();
    const from = this.at;
    this.word();
    const subject = this.text.slice(from, this.at);
    this.skipLines();
    this.expect('in');
    const branches: { text: string; body: ShellNode[] }[] = [];
    for (;;) {
      this.skipLines();
      if (this.peek() === 'esac') break;
      if (this.text[this.at] === '(') this.at += 1;
      const opened = this.at;
      while (this.text[this.at] !== ')') {
        if (this.at >= this.text.length) throw new ShellSyntaxError('case without an end');
        if (/[|\s]/.test(this.text[this.at] ?? '')) this.at += 1;
        else if (/[;&<>(]/.test(this.text[this.at] ?? ''))
          throw new ShellSyntaxError('a pattern is expected');
        else this.word();
      }
      const text = `case ${subject} in ${this.text.slice(opened, this.at).trim()})`;
      this.at += 1;
      branches.push({ text, body: this.list() });
      const ending = /;;&|;;|;&/y;
      ending.lastIndex = this.at;
      this.at += ending.exec(this.text)?.[0].length ?? 0;
    }
    this.expect('esac');
    return { kind: 'case', branches, text: this.since(start) };
  }

  private enclosed(open: string, close: string): ShellNode[] {
    this.at += open.length;
    const body = this.list();
    if (this.text[this.at] !== close) throw new ShellSyntaxError(`'${open}' without '${close}'`);
    this.at += close.length;
    return body;
  }

  /** `[[ ... ]]` and `(( ... ))`: words up to the end; `&&`, `<` and `(` have other meanings inside. */
  private opaque(open: string, close: string, start: number): ShellNode {
    const words: Word[] = [{ value: open, substitutions: [] }];
    this.at += open.length;
    for (;;) {
      this.skipLines();
      if (this.at >= this.text.length) throw new ShellSyntaxError(`'${open}' without '${close}'`);
      if (this.text.startsWith(close, this.at)) break;
      const operator = /[;&|<>()]+/y;
      operator.lastIndex = this.at;
      const found = operator.exec(this.text)?.[0];
      if (found === undefined) words.push(this.word());
      else {
        const value = found.split(close)[0] || found.slice(0, 1);
        words.push({ value, substitutions: [] });
        this.at += value.length;
      }
    }
    this.at += close.length;
    words.push({ value: close, substitutions: [] });
    return {
      kind: 'simple',
      assignments: [],
      words,
      redirects: [],
      substitutions: [],
      text: this.since(start),
    };
  }

  private simple(start: number): ShellNode {
    const assignments: [string, string][] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    const substitutions: ShellNode[][] = [];
    let end = start;
    for (;;) {
      this.skipBlanks();
      if (this.at >= this.text.length) break;
      if (this.redirect(redirects, substitutions)) {
        end = this.at;
        continue;
      }
      if (/[\n;&|()]/.test(this.text[this.at] ?? '')) break;
      const from = this.at;
      const name = assignment.exec(this.text.slice(from, from + 200))?.[1];
      const word = this.word();
      if (this.text[this.at] === '(' && /=$/.test(word.value)) word.value += this.array();
      if (name !== undefined && words.length === 0) {
        assignments.push([name, word.value.replace(assignment, '')]);
        substitutions.push(...word.substitutions);
      } else words.push(word);
      end = this.at;
    }
    if (end === start) throw new ShellSyntaxError(`unexpected '${this.text[start] ?? 'end'}'`);
    const text = this.text.slice(start, end);
    return { kind: 'simple', assignments, words, redirects, substitutions, text };
  }

  private array(): string {
    const from = this.at;
    this.at += 1;
    for (;;) {
      this.skipLines();
      if (this.at >= this.text.length) throw new ShellSyntaxError('array without an end');
      if (this.text[this.at] === ')') break;
      if (endsWord.test(this.text[this.at] ?? '')) throw new ShellSyntaxError('a value is expected');
      this.word();
    }
    this.at += 1;
    return this.text.slice(from, this.at);
  }

  private trailingRedirects(): void {
    this.skipBlanks();
    while (this.redirect([], [])) this.skipBlanks();
  }

  private redirect(redirects: Redirect[], substitutions: ShellNode[][]): boolean {
    redirection.lastIndex = this.at;
    const found = redirection.exec(this.text)?.[0];
    if (found === undefined) return false;
    // `<(...)` and `>(...)` are words
    if (/^[<>]$/.test(found) && this.text[this.at + 1] === '(') return false;
    this.at += found.length;
    this.skipBlanks();
    const target = this.word();
    substitutions.push(...target.substitutions);
    const operator = found.replace(/^\d+/, '');
    const redirect = { operator: operator.startsWith('<<-') ? '<<' : operator, target: target.value };
    redirects.push(redirect);
    if (/^<<-?$/.test(operator))
      this.documents.push({ redirect, delimiter: target.value, tabs: operator === '<<-' });
    return true;
  }

  /** One word; empty if there is none. */
  private word(): Word {
    const word: Word = { value: '', substitutions: [] };
    const from = this.at;
    while (this.at < this.text.length) {
      const character = this.text[this.at] ?? '';
      if (/[<>]/.test(character) && this.text[this.at + 1] === '(' && this.at === from) {
        this.at += 1;
        this.substitution(word, character);
      } else if (endsWord.test(character)) break;
      else if (character === "'") this.singleQuoted(word);
      else if (character === '"') this.doubleQuoted(word);
      else this.piece(word, false);
    }
    if (this.at === from) throw new ShellSyntaxError(`a word is expected, not '${this.text[from] ?? 'end'}'`);
    return word;
  }

  private singleQuoted(word: Word): void {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) throw new ShellSyntaxError('quote without an end');
    word.value += this.text.slice(this.at + 1, end);
    this.at = end + 1;
  }

  private doubleQuoted(word: Word): void {
    this.at += 1;
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length) throw new ShellSyntaxError('quote without an end');
      this.piece(word, true);
    }
    this.at += 1;
  }

  /** A character, escape, variable or substitution, quoted or not. */
  private piece(word: Word, quoted: boolean): void {
    const character = this.text[this.at] ?? '';
    const next = this.text[this.at + 1] ?? '';
    if (character === '\\') {
      this.at += 2;
      if (next !== '\n') word.value += quoted && !/[$`"\\]/.test(next) ? `\\${next}` : next;
    } else if (character === '`') this.backticks(word);
    else if (character === '$' && next === '(') {
      this.at += 1;
      this.substitution(word, '$');
    } else if (character === '$' && next === '{') this.braces(word);
    else if (character === '$' && /['"]/.test(next) && !quoted) this.at += 1;
    else {
      word.value += character;
      this.at += 1;
    }
  }

  private substitution(word: Word, before: string): void {
    const from = this.at;
    if (this.text.startsWith('((', this.at)) {
      const end = this.text.indexOf('))', this.at);
      if (end > 0 && !this.text.slice(from, end).includes('\n')) {
        this.at = end + 2;
        word.value += before + this.text.slice(from, this.at);
        return;
      }
    }
    const waiting = this.documents.splice(0);
    word.substitutions.push(this.enclosed('(', ')'));
    this.documents.push(...waiting);
    word.value += before + this.text.slice(from, this.at);
  }

  private backticks(word: Word): void {
    const from = this.at;
    this.at += 1;
    while (this.text[this.at] !== '`') {
      if (this.at >= this.text.length) throw new ShellSyntaxError('backtick without an end');
      this.at += this.text[this.at] === '\\' ? 2 : 1;
    }
    this.at += 1;
    const whole = this.text.slice(from, this.at);
    word.value += whole;
    if (this.depth >= deepest) throw new ShellSyntaxError('nested too deeply');
    const inner = new Parser(whole.slice(1, -1).replace(/\\([`\\$])/g, '$1'));
    inner.depth = this.depth + 1;
    word.substitutions.push(inner.list());
  }

  /** `${...}`, unexpanded. */
  private braces(word: Word): void {
    const from = this.at;
    let depth = 0;
    for (; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at];
      if (character === '\\') this.at += 1;
      else if (character === '{') depth += 1;
      else if (character === '}') {
        depth -= 1;
        if (depth === 0) break;
      }
    }
    if (depth !== 0) throw new ShellSyntaxError('a brace without its end');
    this.at += 1;
    word.value += this.text.slice(from, this.at);
  }

  /** Peeks at the next word as written, if it has no quotes. */
  private peek(): string {
    const plain = /[^ \t\r\n;&|<>()'"`\\$]+(?=[ \t\r\n;&|<>()]|$)/y;
    plain.lastIndex = this.at;
    return plain.exec(this.text)?.[0] ?? '';
  }

  private expect(word: string): void {
    this.skipLines();
    if (this.peek() !== word) throw new ShellSyntaxError(`'${word}' is expected`);
    this.at += word.length;
  }

  private skipBlanks(): void {
    for (;;) {
      const character = this.text[this.at];
      if (character === '\\' && /^\\\r?\n/.test(this.text.slice(this.at, this.at + 3)))
        this.at += this.text[this.at + 1] === '\r' ? 3 : 2;
      else if (character !== undefined && blank.test(character)) this.at += 1;
      else if (character === '#') {
        const end = this.text.indexOf('\n', this.at);
        this.at = end < 0 ? this.text.length : end;
      } else return;
    }
  }

  private skipLines(): void {
    for (;;) {
      this.skipBlanks();
      if (this.text[this.at] !== '\n') return;
      this.at += 1;
      for (const document of this.documents.splice(0)) this.readDocument(document);
    }
  }

  private readDocument({
    redirect,
    delimiter,
    tabs,
  }: {
    redirect: Redirect;
    delimiter: string;
    tabs: boolean;
  }) {
    const lines: string[] = [];
    while (this.at < this.text.length) {
      const end = this.text.indexOf('\n', this.at);
      const raw = this.text.slice(this.at, end < 0 ? undefined : end).replace(/\r$/, '');
      const line = tabs ? raw.replace(/^\t+/, '') : raw;
      this.at = end < 0 ? this.text.length : end + 1;
      if (line === delimiter) break;
      lines.push(line);
    }
    redirect.target = lines.join('\n');
  }
}
