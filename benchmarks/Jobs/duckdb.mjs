// Runs SQL in DuckDB, in this process: "node duckdb.mjs 'select 1'" prints the rows of the last statement as JSON.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const modules = process.env.SESSIONIZE_NODE_MODULES;
if (!modules) {
  console.error("Set SESSIONIZE_NODE_MODULES to a folder 'node_modules' that has @duckdb/node-api ('npm install @duckdb/node-api' in an empty folder makes one).");
  process.exit(2);
}

const { DuckDBInstance, version } = createRequire(join(modules, '_'))('@duckdb/node-api');
if (process.argv[2] === '--version') {
  console.log(version());
} else {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await connection.runAndReadAll(process.argv[2]);
  console.log(JSON.stringify(reader.getRowObjectsJson()));
}
