#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 18)) {
  console.error(`gitlab-to-pypi needs Node.js 20.18 or newer, and this is ${process.versions.node}.`);
  console.error('Install a newer one from https://nodejs.org/ and run it again.');
  process.exitCode = 2;
} else {
  await import('../dist/main.js');
}
