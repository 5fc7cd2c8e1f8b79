// Runs one program and says what it took: wall seconds, CPU seconds (user and system), peak memory in MB.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GNU_TIME = '/usr/bin/time';

export function measure(command) {
  if (!existsSync(GNU_TIME)) {
    throw new Error(`There is no ${GNU_TIME}, which measures CPU and memory: install the package 'time'.`);
  }

  const folder = mkdtempSync(join(tmpdir(), 'sessionize-job-'));
  try {
    const figures = join(folder, 'figures');
    const start = process.hrtime.bigint();
    const run = spawnSync(GNU_TIME, ['-o', figures, '-f', '%U %S %M', ...command], { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 24 });
    const wall = Number(process.hrtime.bigint() - start) / 1e9;
    if (run.status !== 0) {
      throw new Error(`${command.join(' ').slice(0, 300)} ended with ${run.status ?? run.signal}: ${run.stderr}`);
    }

    const [user, system, kilobytes] = readFileSync(figures, 'utf8').trim().split(/\s+/).map(Number);
    return { wall, cpu: user + system, peak: (kilobytes * 1024) / 1e6, output: run.stdout.toString() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const median = values => {
  const sorted = [...values].sort((left, right) => left - right);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
