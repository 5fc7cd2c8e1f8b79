// Makes the data sets, once: a file that is there is taken as it is.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const MILLION = 1_000_000;
const JSON_COLUMNS = "{event_id: 'VARCHAR', page_name: 'VARCHAR', event_timestamp: 'VARCHAR', booking_details: 'VARCHAR', uuid: 'VARCHAR', "
  + "event_details: 'STRUCT(event_name VARCHAR, event_type VARCHAR, event_value VARCHAR)'}";

export const readJson = path => `read_json('${path}', format = 'newline_delimited', columns = ${JSON_COLUMNS})`;
export const readParquet = path => `read_parquet('${path}')`;

export function makeData(folder, tool, duckdb) {
  const file = name => join(folder, name);

  const make = (name, events, write) => {
    const path = file(name);
    if (!existsSync(path)) {
      console.error(`making ${name}`);
      write(`${path}.part`);
      renameSync(`${path}.part`, path);
    }

    return { path, events };
  };

  const bash = (line, ...words) => {
    const run = spawnSync('bash', ['-o', 'pipefail', '-c', line, 'bash', ...words], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (run.status !== 0) {
      throw new Error(`Making the data failed: ${line}`);
    }
  };

  const generate = (name, events, users, more = '') =>
    make(name, events, path => bash(`"$1" generate --users ${users} --events ${events} --seed 1 ${more} > "$2"`, tool, path));

  const base = generate('events.ndjson', 4 * MILLION, 100_000);
  const change = (name, program) => make(name, base.events, path => bash('LC_ALL=C awk -f "$1" "$2" > "$3"', join(import.meta.dirname, program), base.path, path));
  return {
    base,
    oneMillion: generate('events-1m.ndjson', MILLION, 100_000),
    sixteenMillion: generate('events-16m.ndjson', 16 * MILLION, 100_000),
    sixteenMillionOfManyUsers: generate('events-16m-million-users.ndjson', 16 * MILLION, MILLION),
    manyUsers: generate('events-million-users.ndjson', 4 * MILLION, MILLION),
    halfOfOneUser: change('events-half-of-one-user.ndjson', 'half-of-one-user.awk'),
    otherShapes: change('events-other-shapes.ndjson', 'other-shapes.awk'),
    malformed: generate('events-malformed.ndjson', base.events, 100_000, '--bad 1%'),
    onlyBad: make('only-bad.ndjson', MILLION, path =>
      bash('"$1" generate --users 100000 --events 1000000 --bad 100% | awk "NR % 2" > "$2"', tool, path)),
    gzip: make('events.ndjson.gz', base.events, path => bash('gzip -c "$1" > "$2"', base.path, path)),
    parquet: make('events.parquet', base.events, path => duckdb(
      `copy (select * replace (cast(event_timestamp as bigint) as event_timestamp) from ${readJson(base.path)}) to '${path}' (format parquet, compression zstd)`)),
  };
}
