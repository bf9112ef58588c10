// Preloaded into a run: writes down the most memory that it had, in kB.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  // maxRSS would begin with the memory of the process from which this one was forked.
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  writeFileSync(process.env.PEAK_FILE, String(peak));
});
