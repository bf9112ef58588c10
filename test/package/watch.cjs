// Preloaded into the program: records the Node.js modules and own files it loads, and whom it connects to.
const { appendFileSync } = require('node:fs');
const { register } = require('node:module');

const note = (line) => appendFileSync(process.env.WATCH_FILE, `${line}\n`);

register(
  `data:text/javascript,${encodeURIComponent(`
    import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(process.env.WATCH_FILE, 'file ' + url + '\\n');
      return next(url, context);
    }
  `)}`,
);

process.on('exit', () => {
  for (const name of process.moduleLoadList) note(name.replace(/^NativeModule /, 'builtin '));
});

if (process.env.WATCH_CONNECTIONS) {
  const { Socket } = require('node:net');
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (...args) {
    const [{ host, port }] = Array.isArray(args[0]) ? args[0] : args;
    note(`connection ${host}:${port}`);
    return connect.apply(this, args);
  };
}
