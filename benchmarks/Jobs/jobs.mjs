// The jobs: variants that are run in turns, each with the file that holds the sessions it must give.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readJson, readParquet } from './data.mjs';

export function makeJobs({ data, tool, threads, out, customRule, duckdbSessions }) {
  const ours = (name, input, { threads: own = threads, more = [] } = {}) => {
    const target = out(`ours-${name.replaceAll(/[^a-z0-9]+/gi, '-')}.parquet`);
    return { name, input, out: target, command: [tool, 'batch', input.path, '-o', target, '--overwrite', '--threads', own, ...more], expected: expectedOf(data.base) };
  };

  const theirs = (name, input, source) => {
    const target = out(`duckdb-${name.replaceAll(/[^a-z0-9]+/gi, '-')}.parquet`);
    return { name, input, out: target, command: duckdbSessions(source, target), isBaseline: true };
  };

  // DuckDB's sessions of a data set, made once.
  const expectedOf = input => () => {
    const target = out(`expected-${input.path.split('/').at(-1)}.parquet`);
    if (!existsSync(target)) {
      const [program, ...words] = duckdbSessions(readJson(input.path), target);
      execFileSync(program, words);
    }

    return target;
  };

  // The same rule as an option of the tool, for comparing the rows.
  const withLogout = () => {
    const target = out('expected-logout.parquet');
    execFileSync(tool, ['batch', data.base.path, '-o', target, '--overwrite', '--end-on-page', 'logout']);
    return target;
  };

  const withRule = (name, form) => {
    const target = out(`ours-custom-rule-${form}.parquet`);
    return { name, input: data.base, out: target, command: [customRule(form), data.base.path, target], expected: withLogout };
  };

  const { base } = data;
  return [
    {
      name: 'ndjson',
      title: `${millions(base)} M events, 100,000 users, NDJSON to zstd Parquet`,
      variants: [
        ours('sessionize', base),
        ours('sessionize --threads 1', base, { threads: '1' }),
        ours('sessionize --memory 128MiB', base, { more: ['--memory', '128MiB'] }),
        ours('sessionize --memory 32MiB, most events through a file', base, { more: ['--memory', '32MiB'] }),
        withRule('a host with a custom rule that reads the page', 'native'),
        withRule('the same host, ReadyToRun', 'ready'),
        theirs('DuckDB', base, readJson(base.path)),
      ],
    },
    {
      name: 'growth',
      title: 'Growth, NDJSON to zstd Parquet',
      perEvent: true,
      variants: [
        { ...ours('4 M events, 100,000 users', base), isBaseline: true },
        { ...ours('1 M events, 100,000 users', data.oneMillion), expected: expectedOf(data.oneMillion) },
        { ...ours('16 M events, 100,000 users', data.sixteenMillion), expected: expectedOf(data.sixteenMillion) },
        { ...ours('16 M events, 1,000,000 users', data.sixteenMillionOfManyUsers), expected: expectedOf(data.sixteenMillionOfManyUsers) },
        { ...ours('4 M events, 1,000,000 users', data.manyUsers), expected: expectedOf(data.manyUsers) },
        { ...ours('4 M events, half of them of one user', data.halfOfOneUser), expected: expectedOf(data.halfOfOneUser) },
      ],
    },
    {
      name: 'gzip',
      title: `${millions(base)} M events from .gz`,
      variants: [
        ours('sessionize, .gz', data.gzip),
        { name: 'zcat | wc -l', input: data.gzip, command: ['bash', '-c', 'zcat "$1" | wc -l', 'bash', data.gzip.path], isBaseline: true },
      ],
    },
    {
      name: 'parquet',
      title: `${millions(base)} M events from Parquet to zstd Parquet`,
      variants: [ours('sessionize, Parquet', data.parquet), theirs('DuckDB, Parquet', data.parquet, readParquet(data.parquet.path))],
    },
    {
      name: 'lines',
      title: 'Lines that are not alike, NDJSON to zstd Parquet',
      perEvent: true,
      variants: [
        { ...ours('all lines of one shape', base), isBaseline: true },
        ours('1 % of other shapes', data.otherShapes),
        ours('1 % malformed beside them', data.malformed),
        { ...ours('1 M lines, all bad', data.onlyBad), expected: undefined },
      ],
    },
  ];
}

const millions = input => input.events / 1e6;
