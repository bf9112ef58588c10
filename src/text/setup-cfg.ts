import { endOfLine, nextLine, type Splice } from './text.ts';

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
  const header = [...text.matchAll(/^\uFEFF?\[([^\]]+)\].*\n?/gm)].find(
    ([, name]) => name?.trim() === section,
  );
  if (!header) return undefined;
  const at = header.index + header[0].length;
  return { start: at, end: at, text: `${header[0].endsWith('\n') ? '' : eol}${key} = ${value}${eol}` };
}
