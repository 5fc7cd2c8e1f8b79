// Kafka to Iceberg by the published tool, with a broker on this machine: events a second, CPU seconds and memory.
// node live.mjs [--events N] [--users N] [--bytes N] [--rounds N] [--rate N] [--seconds N] [--jobs NAME,…] [--tool PROGRAM] [--data FOLDER]
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './measure.mjs';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '20000000' },
    users: { type: 'string', default: '100000' },
    bytes: { type: 'string', default: '333' },
    rounds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '40000' },
    seconds: { type: 'string', default: '600' },
    jobs: { type: 'string', default: 'backlog,memory,latency,visible' },
    tool: { type: 'string' },
    data: { type: 'string', default: tmpdir() },
  },
});

if (!process.env.SESSIONIZE_SHARED) {
  console.error("Set SESSIONIZE_SHARED to a folder that has kafka/kafka, a script that understands 'start --dir DIR --port 0' and 'kill --dir DIR', as the tests need it.");
  process.exit(2);
}

const PARTITIONS = 12;
const repository = resolve(import.meta.dirname, '../..');
const kafka = join(process.env.SESSIONIZE_SHARED, 'kafka', 'kafka');
const folder = mkdtempSync(join(resolve(options.data), 'sessionize-live-'));
const broker = join(folder, 'broker');
const events = Number(options.events);
const rate = Number(options.rate);
const seconds = Number(options.seconds);
const fixed = (number, digits = 2) => number.toFixed(digits);
const thousands = number => Math.round(number).toLocaleString('en');

const publish = (project, program) => {
  const target = join(folder, program);
  execFileSync('dotnet', ['publish', '-c', 'Release', '-v', 'q', join(repository, project), '-o', target], { stdio: ['ignore', 2, 2] });
  return join(target, program);
};

const sleep = ms => new Promise(done => setTimeout(done, ms));
const clockTicks = Number(execFileSync('getconf', ['CLK_TCK']).toString());

/** CPU seconds so far and memory in MB of a process, as Linux counts them. */
const look = pid => {
  const words = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = name => (Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]) * 1024) / 1e6;
  return { cpu: (Number(words[11]) + Number(words[12])) / clockTicks, rss: megabytes('VmRSS'), peak: megabytes('VmHWM') };
};

/** Starts the tool. What it was like is known until the moment before it ends: it is looked at four times a second. */
const start = words => {
  const child = spawn(tool, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const run = { child, output: '', last: { cpu: 0, rss: 0, peak: 0 }, samples: [] };
  const take = text => {
    run.output += text;
    const now = performance.now();
    run.assignedAt ??= /: assigned /.test(run.output) ? now : undefined;
    run.committedAt = /committed \d+ sessions/i.test(text) ? now : run.committedAt;
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const timer = setInterval(() => {
    try {
      run.last = look(child.pid);
      run.samples.push(run.last);
    } catch {
      // It has ended.
    }
  }, 250);
  run.ended = new Promise(done => child.on('close', status => {
    clearInterval(timer);
    run.endedAt = performance.now();
    done(status);
  }));
  return run;
};

const end = async run => {
  const status = await run.ended;
  if (status !== 0) {
    throw new Error(`The tool ended with ${status}: ${run.output.slice(-2000)}`);
  }
};

const generate = (topic, more) => ['generate', '--kafka-servers', servers, '--topic', topic, '--partitions', `${PARTITIONS}`, '--users', options.users, '--seed', '1', '--event-bytes', options.bytes, ...more];

let runs = 0;
const pipeline = (topic, more) => {
  const name = `live-${++runs}`;
  return ['run', '--kafka-servers', servers, '--kafka-topic', topic, '--pipeline', name, '--table', `live.${name.replace('-', '_')}`, '--warehouse', join(folder, 'warehouse'), '--log-level', 'information', ...more];
};

const dropWarehouse = () => rmSync(join(folder, 'warehouse'), { recursive: true, force: true });

const tool = options.tool ? resolve(options.tool) : publish('src/Sessionize.Cli', 'sessionize');
mkdirSync(folder, { recursive: true });
execFileSync(kafka, ['start', '--dir', broker, '--port', '0'], { stdio: ['ignore', 2, 2] });
const servers = readFileSync(join(broker, 'bootstrap.servers'), 'utf8').trim();
const brokerPid = Number(readFileSync(join(broker, 'broker-1.pid'), 'utf8'));
try {
  console.log(`# Kafka to Iceberg

Events of at least ${options.bytes} bytes, ${thousands(Number(options.users))} users, ${PARTITIONS} partitions, lz4, keyed; the broker on the same machine. Made by \`node benchmarks/Jobs/live.mjs\`; what the figures say stands in \`docs/benchmarks.md\`.

- ${cpus()[0].model}, ${cpus().length} cores
- ${execFileSync(tool, ['--version']).toString().trim().split('\n')[0]}, .NET SDK ${execFileSync('dotnet', ['--version']).toString().trim()}
- ${new Date().toISOString().slice(0, 10)}, load at the start ${fixed(loadavg()[0], 1)}
`);
  const create = topic => execFileSync(kafka, ['topics', '--dir', broker, '--create', '--topic', topic, '--partitions', `${PARTITIONS}`], { stdio: ['ignore', 2, 2] });
  const fill = async (topic, more) => {
    const run = start(generate(topic, more));
    await end(run);
    return run;
  };

  const chosen = options.jobs.split(',');
  if (chosen.includes('backlog')) {
    await fill('backlog', ['--events', `${events}`]);
    const figures = [];
    for (let round = 0; round < Number(options.rounds); round++) {
      const load = loadavg()[0];
      const before = look(brokerPid).cpu;
      const run = start(pipeline('backlog', ['--trigger', 'until-end', '--at-end', 'leave-open']));
      await end(run);
      if (!run.output.includes(`${thousands(events)} events;`)) {
        throw new Error(`Not all events were read: ${run.output.slice(-1000)}`);
      }

      const wall = ((run.committedAt ?? run.endedAt) - run.assignedAt) / 1000;
      figures.push({ wall, cpu: run.last.cpu, brokerCpu: look(brokerPid).cpu - before, peak: run.last.peak, load });
      console.error(`round ${round + 1}: ${fixed(wall)} s, ${thousands(events / wall)} events/s, CPU ${fixed(run.last.cpu)} s, broker ${fixed(figures.at(-1).brokerCpu)} s, ${fixed(run.last.peak, 0)} MB`);
      dropWarehouse();
    }

    const of = name => figures.map(figure => figure[name]);
    console.log(`## A backlog of ${thousands(events)} events, until it is read and committed

From the assignment of the partitions to the last commit. Medians of ${figures.length}, in brackets the best.

| events a second | wall s | CPU s, ours | CPU µs an event | CPU s, broker | peak MB | load before |
|---|---|---|---|---|---|---|
| ${thousands(events / median(of('wall')))} (${thousands(events / Math.min(...of('wall')))}) | ${fixed(median(of('wall')))} (${fixed(Math.min(...of('wall')))}) | ${fixed(median(of('cpu')))} (${fixed(Math.min(...of('cpu')))}) | ${fixed((median(of('cpu')) * 1e6) / events)} | ${fixed(median(of('brokerCpu')))} | ${fixed(Math.max(...of('peak')), 0)} | ${of('load').map(load => fixed(load, 1)).join(', ')} |
`);
  }

  if (chosen.includes('memory')) {
    // The same events, all of them, at two speeds: else the second would have more users in its state.
    const figures = [];
    await fill('memory', ['--events', `${rate * seconds}`, '--duration', `${seconds}s`]);
    const read = async (name, more, until) => {
      const run = start(pipeline('memory', ['--trigger', '10s', '--inactivity-timeout', '5s', '--max-session-duration', '30s', '--watermark-delay', '5s', ...more]));
      await until(run);
      run.child.kill('SIGTERM');
      await end(run);
      figures.push({ name, median: median(run.samples.map(sample => sample.rss)), peak: run.last.peak });
      console.error(`${name}: median ${fixed(figures.at(-1).median, 0)} MB, peak ${fixed(run.last.peak, 0)} MB`);
      dropWarehouse();
    };

    const untilAllAreRead = async run => {
      while (!/lag=0 /.test(run.output.split('\n').slice(-2).join('\n'))) {
        await sleep(500);
      }
    };
    await read(`${thousands(rate)} a second`, ['--max-rate', `${rate}`], untilAllAreRead);
    await read('as fast as it goes', [], untilAllAreRead);
    const [base] = figures;
    console.log(`## Memory

A backlog of ${thousands(rate * seconds)} events, ${thousands(rate)} a second of event time. Trigger 10 s, inactivity time-out 5 s, at most 30 s a session, watermark delay 5 s.

| | RSS MB, median | of the first | peak | of the first |
|---|---|---|---|---|
${figures.map(figure => `| ${figure.name} | ${fixed(figure.median, 0)} | ${fixed(figure.median / base.median)} | ${fixed(figure.peak, 0)} | ${fixed(figure.peak / base.peak)} |`).join('\n')}
`);
  }

  // A process with a JIT, as a host is.
  const program = ['latency', 'visible'].some(job => chosen.includes(job)) ? publish('benchmarks/Jobs/LiveLatency', 'LiveLatency') : '';
  const measureWaits = async (job, more, unit) => {
    const rows = [];
    for (const perSecond of [1000, 10_000]) {
      const topic = `${job}-${perSecond}`;
      create(topic);
      const run = JSON.parse(execFileSync(program, [servers, topic, '60', `${perSecond}`, ...more], { stdio: ['ignore', 'pipe', 2] }).toString().trim().split('\n').at(-1));
      console.error(`${job} at ${perSecond}/s: ${JSON.stringify(run)}`);
      rows.push(`| ${thousands(perSecond)} | ${thousands(run.sessions)} | ${[run.p50, run.p90, run.p99, run.p999, run.most].map(ms => fixed(ms / unit, 1)).join(' | ')} |`);
      dropWarehouse();
    }

    return `| events a second | sessions | p50 | p90 | p99 | p99.9 | most |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
  };

  if (chosen.includes('latency')) {
    console.log(`## From the event that passes a deadline to the session, through Kafka

The producer, the broker and the pipeline on this machine, 30,000 users with a time-out of 1 s, so that most events close a session; ms from giving an event to the producer (linger.ms 1) to its \`SessionChange\`.

${await measureWaits('latency', [], 1)}`);
  }

  if (chosen.includes('visible')) {
    console.log(`## From the event that passes a deadline to the session in the table

The same traffic into a table on the local disk, with a commit every 10 s; seconds from giving an event to the producer until a reader that opens the table every 20 ms finds the session.

${await measureWaits('visible', [join(folder, 'warehouse')], 1000)}`);
  }

  console.log(`Load at the end: ${fixed(loadavg()[0], 1)}.`);
} finally {
  execFileSync(kafka, ['kill', '--dir', broker], { stdio: ['ignore', 2, 2] });
  rmSync(folder, { recursive: true, force: true });
}
