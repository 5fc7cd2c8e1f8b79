// Whole jobs, ours and DuckDB's in turns: wall and CPU seconds and peak memory of each process, and whether they gave the same sessions.
// node run.mjs [--rounds N] [--data FOLDER] [--tool PROGRAM] [--jobs NAME,…] [--threads N]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeData, readParquet } from './data.mjs';
import { makeJobs } from './jobs.mjs';
import { measure } from './measure.mjs';
import { writeTable } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    data: { type: 'string', default: join(tmpdir(), 'sessionize-jobs') },
    tool: { type: 'string' },
    jobs: { type: 'string' },
    threads: { type: 'string', default: String(cpus().length) },
  },
});

if (!process.env.SESSIONIZE_NODE_MODULES) {
  console.error("Set SESSIONIZE_NODE_MODULES to a folder 'node_modules' that has @duckdb/node-api ('npm install @duckdb/node-api' in an empty folder makes one).");
  process.exit(2);
}

const here = import.meta.dirname;
const repository = resolve(here, '../..');
const folder = resolve(options.data);
mkdirSync(join(folder, 'out'), { recursive: true });

const publish = (project, name, ...more) => {
  const target = join(folder, name);
  rmSync(target, { recursive: true, force: true });
  execFileSync('dotnet', ['publish', '-c', 'Release', '-v', 'q', join(repository, project), '-o', target, ...more], { stdio: ['ignore', 'ignore', 'inherit'] });
  return target;
};

const sql = readFileSync(join(here, 'duckdb-sessions.sql'), 'utf8').replaceAll(/^--.*$/gm, '');
const duckdbCommand = query => [process.execPath, join(here, 'duckdb.mjs'), query];
const duckdb = query => JSON.parse(execFileSync(...splitCommand(duckdbCommand(query)), { maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] }).toString());
const splitCommand = ([program, ...words]) => [program, words];

const tool = options.tool ? resolve(options.tool) : join(publish('src/Sessionize.Cli', 'tool'), 'sessionize');
const data = makeData(folder, tool, duckdb);
const jobs = makeJobs({
  data,
  tool,
  threads: options.threads,
  out: name => join(folder, 'out', name),
  customRule: form => join(folder, `custom-rule-${form}`, 'CustomRule'),
  duckdbSessions: (source, out) => duckdbCommand(sql.replace('THREADS', options.threads).replace('EVENTS', source).replace('OUT', out)),
});

/** What must agree: counts, and sums of hashes that do not depend on the order of rows. Page order may differ in ties of time. */
const checksum = path => JSON.stringify(duckdb(`select count(*) sessions, sum(event_count)::bigint events,
  sum(hash(uuid, session_start_time_ms::bigint, session_end_time_ms::bigint, event_count::bigint)) spans,
  sum(hash(list_sort(pages_visited))) pages, sum(hash(session_id)) ids, sum(hash(session_date)) dates from ${readParquet(path)}`));

/** Runs the variants of a job in turns, and gives each its figures. */
const runInTurns = job => {
  const runs = new Map(job.variants.map(variant => [variant, []]));
  for (const path of new Set(job.variants.map(variant => variant.input.path))) {
    // Warm cache: the file's bytes are in memory before the first turn.
    spawnSync('cat', [path], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  for (let round = 0; round < Number(options.rounds); round++) {
    for (const variant of job.variants) {
      rmSync(variant.out ?? '', { force: true });
      const run = measure(variant.command);
      runs.get(variant).push(run);
      console.error(`${job.name}, round ${round + 1}, ${variant.name}: ${run.wall.toFixed(2)} s, CPU ${run.cpu.toFixed(2)} s, ${run.peak.toFixed(0)} MB`);
    }
  }

  return runs;
};

const check = job => {
  const wrong = [];
  for (const variant of job.variants.filter(variant => variant.expected)) {
    const expected = checksum(variant.expected());
    const actual = checksum(variant.out);
    console.error(`${job.name}, ${variant.name}: ${actual === expected ? 'the same sessions' : `DIFFERENT: ${actual} instead of ${expected}`}`);
    if (actual !== expected) {
      wrong.push(variant.name);
    }
  }

  return wrong;
};

const first = command => execFileSync(...splitCommand(command)).toString().trim().split('\n')[0];
const chosen = options.jobs?.split(',');
console.log(`# Whole jobs

Medians of ${options.rounds} turns (least in brackets), warm cache, ${options.threads} threads unless said. CPU seconds are of user and system together. Made by
\`benchmarks/Jobs\`; what the figures say and do not say stands in \`docs/benchmarks.md\`.

- ${cpus()[0].model}, ${cpus().length} cores; ${existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8').match(/^PRETTY_NAME="(.*)"$/m)[1] : process.platform}
- sessionize ${first([tool, '--version'])}, .NET SDK ${first(['dotnet', '--version'])}
- DuckDB ${first([...duckdbCommand('--version')])} in Node.js ${process.version}
- ${new Date().toISOString().slice(0, 10)}
`);
let wrong = [];
for (const job of jobs.filter(job => !chosen || chosen.includes(job.name))) {
  if (job.name === 'ndjson') {
    publish('benchmarks/Jobs/CustomRule', 'custom-rule-native', '-p:PublishAot=true');
    publish('benchmarks/Jobs/CustomRule', 'custom-rule-ready', '-p:PublishReadyToRun=true', '--self-contained', 'false');
  }

  const runs = runInTurns(job);
  const differing = check(job);
  wrong = [...wrong, ...differing];
  console.log(writeTable(job, runs, differing));
}

process.exitCode = wrong.length === 0 ? 0 : 1;
