// A million sessions from memory to zstd Parquet, level 1, one thread: CPU seconds of ours and of DuckDB's COPY. "node writer.mjs [ROUNDS]" prints a table.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = Number(process.argv[2] ?? 7);
const folder = mkdtempSync(join(tmpdir(), 'sessionize-writer-'));
try {
  const { DuckDBInstance, version } = createRequire(join(process.env.SESSIONIZE_NODE_MODULES, '_'))('@duckdb/node-api');
  const project = join(import.meta.dirname, 'SessionWriter');
  execFileSync('dotnet', ['publish', project, '-c', 'Release', '-v', 'q', '-o', join(folder, 'writer')], { stdio: ['ignore', 2, 2] });
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const file = join(folder, 'ours.parquet');
  const copy = join(folder, 'duckdb.parquet');
  const write = count => execFileSync(join(folder, 'writer', 'SessionWriter'), [file, String(count)], { env: { ...process.env, DOTNET_gcConcurrent: '0' } })
    .toString().trim().split('\n').map(line => line.split(' ').map(Number));
  write(1);
  await connection.run(`create table sessions as select * from '${file}'`);

  const ours = [];
  const theirs = [];
  for (let round = 0; round < rounds; round++) {
    // Each time a process of its own, of which the later times count as warm.
    ours.push(write(4));
    const before = process.cpuUsage();
    await connection.run(`copy sessions to '${copy}' (format parquet, compression zstd, compression_level 1, row_group_size 131072)`);
    const { user, system } = process.cpuUsage(before);
    theirs.push((user + system) / 1000);
  }

  const least = numbers => Math.min(...numbers);
  const median = numbers => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
  const row = (name, cpu, more) => console.log(`| ${name} | ${(least(cpu) / 1000).toFixed(2)} | ${(median(cpu) / 1000).toFixed(2)} | ${(median(cpu) / median(theirs)).toFixed(2)} | ${more} |`);
  const warm = ours.flatMap(run => run.slice(1));
  console.log('| 1,000,000 sessions, 19 columns, zstd 1, one thread | CPU s, least | median | of DuckDB\'s, medians | MB allocated, file MB |\n|---|---|---|---|---|');
  row('ours', warm.map(([cpu]) => cpu), `${(median(warm.map(([, bytes]) => bytes)) / 1e6).toFixed(0)}, ${(statSync(file).size / 1e6).toFixed(1)}`);
  row('ours, the first time in a process', ours.map(run => run[0][0]), '');
  row(`DuckDB ${version()} COPY`, theirs, `, ${(statSync(copy).size / 1e6).toFixed(1)}`);
} finally {
  rmSync(folder, { recursive: true });
}
