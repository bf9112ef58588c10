import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A browser whose user registers, on each page of an embedded index that is opened, the publisher that is to be registered. */
export interface BrowserUser {
  /** The environment in which a program opens this browser. */
  env: Record<string, string>;
  /** What was opened and, if so, filled in, in order. */
  opened(): string[];
}

/** `registers: false` for a user who only looks. */
export function browserUser({ registers }: { registers: boolean }): BrowserUser {
  const folder = mkdtempSync(join(tmpdir(), 'g2p-browser-'));
  const list = join(folder, 'opened');
  writeFileSync(list, '');
  const script = `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const url = new URL(process.argv[2]);
const typed = 'project_name=demo-pkg&namespace=demo-group&project=demo-pkg&workflow_filepath=.gitlab-ci.yml&environment=release-test';
const body = url.searchParams.has('provider') ? url.searchParams : new URLSearchParams(typed);
const log = () => appendFileSync(${JSON.stringify(list)}, url.href + '\\n');
if (${registers} && url.pathname.startsWith('/manage/')) fetch(url.origin + url.pathname, { method: 'POST', body }).then(log);
else log();
`;
  writeFileSync(join(folder, 'xdg-open'), script);
  chmodSync(join(folder, 'xdg-open'), 0o755);
  return {
    env: { DISPLAY: ':0', PATH: `${folder}:${process.env.PATH}` },
    opened: () => readFileSync(list, 'utf8').split('\n').slice(0, -1),
  };
}
