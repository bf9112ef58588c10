// Preloaded into a run: records its peak memory in kB.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  // maxRSS would start with the memory of the parent process.
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  writeFileSync(process.env.PEAK_FILE, String(peak));
});
