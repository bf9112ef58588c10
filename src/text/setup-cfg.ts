import { appendLines, endOfLine, nextLine, type Splice } from './text.ts';

/** An option in a section of an ini file, with the lines it spans. */
export interface CfgOption {
  value: string;
  start: number;
  end: number;
}

/**
 * Finds `key` in `[section]`. Values may continue on indented lines:
 * https://docs.python.org/3/library/configparser.html
 */
export function findCfgOption(text: string, section: string, key: string): CfgOption | undefined {
  let current = '';
  for (let at = 0; at < text.length; ) {
    const end = nextLine(text, at);
    const line = text.slice(at, end).replace(/^\uFEFF/, '');
    const [, header] = /^\[([^\]]+)\]/.exec(line) ?? [];
    if (header !== undefined) current = header.trim();
    const [, name, value = ''] = /^([\w.-]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (current === section && name?.toLowerCase() === key) return continued(text, at, end, value);
    at = end;
  }
  return undefined;
}

function continued(text: string, start: number, firstEnd: number, first: string): CfgOption {
  const values = first === '' ? [] : [first];
  let end = firstEnd;
  while (end < text.length && /^[ \t]+\S/.test(text.slice(end))) {
    const next = nextLine(text, end);
    values.push(text.slice(end, next).trim());
    end = next;
  }
  return { value: values.join(' '), start, end };
}

/** Removes an option and its lines. */
export function removeCfgOption({ start, end }: CfgOption): Splice {
  return { start, end, text: '' };
}

/** Sets an option in an existing section; undefined if there is no such section. */
export function setCfgOption(text: string, section: string, key: string, value: string): Splice | undefined {
  const eol = endOfLine(text);
  const option = findCfgOption(text, section, key);
  if (option) {
    const [, name = key, sign = ' = '] = /^([\w.-]+)([ \t]*[=:][ \t]*)/.exec(text.slice(option.start)) ?? [];
    const ended = text.slice(option.start, option.end).endsWith('\n');
    return { start: option.start, end: option.end, text: `${name}${sign}${value}${ended ? eol : ''}` };
  }
  const header = [...text.matchAll(/^\uFEFF?\[([^\]]+)\][^\n]*\n?/gm)].find(
    ([, name]) => name?.trim() === section,
  );
  if (!header) return undefined;
  const at = header.index + header[0].length;
  return { start: at, end: at, text: `${header[0].endsWith('\n') ? '' : eol}${key} = ${value}${eol}` };
}

/** An option of a section. */
export interface CfgEntry {
  key: string;
  /** What stands beside the key, perhaps nothing, then each line below it; without comments and empty lines. */
  values: string[];
  /** The line of its key, from 1. */
  line: number;
}

/** Every option of a section; undefined if there is no such section. */
export function cfgSection(text: string, section: string): CfgEntry[] | undefined {
  let found: CfgEntry[] | undefined;
  let inside = false;
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const [, header] = /^\[([^\]]+)\]/.exec(line) ?? [];
    if (header !== undefined) {
      inside = header.trim() === section;
      if (inside) found ??= [];
    } else if (inside && found && !/^\s*(?:[#;]|$)/.test(line)) addLine(found, line, at + 1);
  }
  return found;
}

function addLine(entries: CfgEntry[], line: string, number: number): void {
  const last = entries.at(-1);
  if (/^\s/.test(line) && last) {
    last.values.push(line.trim());
    return;
  }
  const [, key = line.trim(), value = ''] = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
  entries.push({ key: key.toLowerCase(), values: [value], line: number });
}

/** Sets an option to a value or, one on each line, to several; creates the section at the end if necessary. */
export function putCfgOption(text: string, section: string, key: string, value: string | string[]): Splice {
  const eol = endOfLine(text);
  const written = [value]
    .flat()
    .map((it) => (Array.isArray(value) ? `${eol}    ${it}` : it))
    .join('');
  const splice =
    setCfgOption(text, section, key, written) ??
    appendLines(text, [`[${section}]`, `${key} = ${written}`], true);
  return { ...splice, text: splice.text.replace(/ +(?=\r?\n)/g, '') };
}
