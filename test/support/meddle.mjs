/**
 * Preloaded with NODE_OPTIONS=--import: counts the file operations of each write and, at one of them, sends the process
 * a signal or changes a file behind its back. MEDDLE says what to do, as JSON: `root`, the checkout; `trace`, a file to
 * log each operation to; or `write` (counting from 0), `at`, `when` ('before' or 'after'), and `signal` or `change` (a
 * path and its new text, null to remove it).
 */
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const { root, trace, write, at, when, signal, change } = JSON.parse(process.env.MEDDLE ?? '{}');
const ofPath = ['mkdir', 'readdir', 'stat', 'lstat', 'realpath', 'readFile', 'open', 'rename', 'rm'];
const ofHandle = ['writeFile', 'stat', 'chown', 'chmod', 'sync', 'close'];
const isDraft = (path) => basename(path).endsWith('.draft');
let writes = -1;
let operation = -1;
let inWrite = false;

for (const name of ofPath) {
  const original = fsp[name];
  fsp[name] = (path, ...rest) => {
    const mine = String(path).startsWith(root);
    if (mine && name === 'mkdir') begin();
    if (!mine || !inWrite) return original(path, ...rest);
    return around(`${name}${isDraft(path) ? ' draft' : ''}`, async () => {
      const result = await original(path, ...rest);
      if (name === 'open') watchHandle(result);
      return result;
    }).finally(() => {
      // Always the last step of a write.
      if (name === 'rm' && isDraft(path)) inWrite = false;
    });
  };
}
syncBuiltinESMExports();

function begin() {
  writes += 1;
  operation = -1;
  inWrite = true;
}

function watchHandle(handle) {
  for (const name of ofHandle) {
    const original = handle[name].bind(handle);
    handle[name] = (...args) => around(`handle ${name}`, () => original(...args));
  }
}

async function around(name, work) {
  operation += 1;
  const here = operation;
  if (trace) fs.appendFileSync(trace, `${writes} ${here} ${name}\n`);
  meddle(here, 'before');
  const result = await work();
  meddle(here, 'after');
  return result;
}

function meddle(here, moment) {
  if (writes !== write || here !== at || moment !== when) return;
  if (signal) process.kill(process.pid, signal);
  else if (change.text === null) fs.rmSync(change.path, { recursive: true });
  else fs.writeFileSync(change.path, change.text);
}
