// A million sessions of one day into Iceberg tables beside DuckDB's COPY, and commits to a table with a long history. "node tables.mjs [ROUNDS [TIMES]]" prints tables.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure, median } from './measure.mjs';

const rounds = Number(process.argv[2] ?? 7);
const times = Number(process.argv[3] ?? 25);
const threads = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), 'sessionize-tables-'));
const publish = () => {
  execFileSync('dotnet', ['publish', join(import.meta.dirname, 'TableWriter'), '-c', 'Release', '-v', 'q', '-o', join(folder, 'writer')], { stdio: ['ignore', 2, 2] });
  return join(folder, 'writer', 'TableWriter');
};

const shapes = [
  { name: 'no partitions, no order', partitionBy: 'none', sortBy: 'none' },
  { name: 'no partitions, sorted by user and start', partitionBy: 'none', sortBy: 'uuid,session_start_time_ms' },
  { name: 'one date × 100 buckets, no order', partitionBy: 'session_date,user_hash_bucket', sortBy: 'none' },
  { name: 'one date × 100 buckets, sorted by user and start', partitionBy: 'session_date,user_hash_bucket', sortBy: 'uuid,session_start_time_ms' },
];
const least = numbers => Math.min(...numbers);
const fixed = (number, digits = 2) => number.toFixed(digits);

try {
  const { DuckDBInstance, version } = createRequire(join(process.env.SESSIONIZE_NODE_MODULES, '_'))('@duckdb/node-api');
  const writer = process.env.SESSIONIZE_TABLE_WRITER ?? publish();
  const warehouse = join(folder, 'warehouse');
  const run = (...words) => execFileSync(writer, words, { env: { ...process.env, DOTNET_gcConcurrent: '0' } }).toString().trim().split('\n');

  const rows = join(folder, 'rows.parquet');
  run('parquet', rows);
  const connection = await (await DuckDBInstance.create(':memory:', { threads: `${threads}` })).connect();
  await connection.run(`create table sessions as select * from '${rows}'`);
  const format = 'format parquet, compression zstd, compression_level 1, row_group_size 131072';
  const copies = [
    { name: `DuckDB ${version()} COPY`, target: join(folder, 'copy.parquet'), options: format },
    { name: 'DuckDB COPY, PARTITION_BY date and bucket', target: join(folder, 'copy'), options: `${format}, partition_by (session_date, user_hash_bucket), overwrite` },
  ];
  const copy = async ({ target, options }) => {
    const before = process.cpuUsage();
    const start = performance.now();
    await connection.run(`copy sessions to '${target}' (${options})`);
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return { wall, cpu: (user + system) / 1000 };
  };

  const runs = new Map([...copies, ...shapes].map(way => [way, []]));
  const first = new Map(shapes.map(way => [way, []]));
  const load = [loadavg()[0]];
  for (let round = 0; round < rounds; round++) {
    for (const way of copies) {
      runs.get(way).push(await copy(way));
    }

    for (const way of shapes) {
      // Each round a process of its own, of which the later times count as warm.
      const [cold, ...warm] = run('rows', warehouse, way.partitionBy, way.sortBy, '4')
        .map(line => line.split(' ').map(Number)).map(([wall, cpu, allocated, files, bytes]) => ({ wall, cpu, allocated, files, bytes }));
      first.get(way).push(cold);
      runs.get(way).push({ ...warm[0], wall: median(warm.map(time => time.wall)), cpu: median(warm.map(time => time.cpu)) });
    }
  }

  load.push(loadavg()[0]);
  const of = (list, figure) => list.map(time => time[figure]);
  const base = runs.get(copies[0]);
  const ours = runs.get(shapes[0]);
  const ratio = (list, against, figure) => `${fixed(median(of(list, figure)) / median(of(against, figure)))} (${fixed(least(of(list, figure)) / least(of(against, figure)))})`;
  const line = (name, list, more) => console.log(
    `| ${name} | ${fixed(median(of(list, 'wall')) / 1000)} (${fixed(least(of(list, 'wall')) / 1000)}) | ${fixed(median(of(list, 'cpu')) / 1000)} (${fixed(least(of(list, 'cpu')) / 1000)}) `
    + `| ${ratio(list, base, 'wall')} | ${ratio(list, base, 'cpu')} | ${ratio(list, ours, 'wall')} | ${ratio(list, ours, 'cpu')} | ${more} |`);
  console.log(`Load at the beginning and at the end: ${load.map(value => fixed(value, 1)).join(', ')}. Medians, in brackets the least.\n`);
  console.log(`| 1,000,000 sessions of one day, 19 columns, zstd 1, ${threads} threads | wall s | CPU s | of COPY: wall | CPU | of ours without partitions and order: wall | CPU | files, MB, MB allocated |`);
  console.log('|---|---|---|---|---|---|---|---|');
  for (const way of copies) {
    const files = statSync(way.target).isFile() ? [way.target]
      : readdirSync(way.target, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
    line(way.name, runs.get(way), `${files.length}, ${fixed(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6, 1)}`);
  }

  for (const way of shapes) {
    const [{ files, bytes }] = runs.get(way);
    line(way.name, runs.get(way), `${files}, ${fixed(bytes / 1e6, 1)}, ${fixed(median(of(runs.get(way), 'allocated')) / 1e6, 0)}`);
  }

  for (const way of shapes) {
    line(`${way.name}, the first time in a process`, first.get(way), '');
  }

  const commits = run('commits', warehouse, '1000', '1000', `${times}`).map(text => text.split(': '))
    .map(([name, list]) => [name, list.split(' ').map(Number)]);
  const table = join(warehouse, 'jobs', 'history');
  if (process.env.SESSIONIZE_TOOL) {
    const tool = words => Array.from({ length: times }, () => measure([process.env.SESSIONIZE_TOOL, ...words]).wall * 1000);
    commits.push(['the tool: `table snapshots`', tool(['table', 'snapshots', table])], ['the tool: `table describe`', tool(['table', 'describe', table])], ['the tool: `--version`', tool(['--version'])]);
  }

  const metadata = readdirSync(join(table, 'metadata')).filter(name => name.endsWith('.metadata.json')).map(name => statSync(join(table, 'metadata', name)).size);
  console.log(`\n| a table of 1,000 snapshots and 1,000 lanes (metadata of ${fixed(Math.max(...metadata) / 1e6, 1)} MB) | ms, median of ${times} | least | most |\n|---|---|---|---|`);
  for (const [name, list] of commits) {
    console.log(`| ${name} | ${fixed(median(list), 1)} | ${fixed(least(list), 1)} | ${fixed(Math.max(...list), 1)} |`);
  }

  console.log(`\nLoad at the end: ${fixed(loadavg()[0], 1)}.`);
} finally {
  rmSync(folder, { recursive: true, maxRetries: 5 });
}
