// Reads a file of sessions with DuckDB, and says its digests.
import { parquet, require } from './lib.mjs'
import { names, say } from './digests.mjs'

const { DuckDBInstance } = require('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const reader = await connection.runAndReadAll(`select ${names.join(', ')} from read_parquet('${parquet.replaceAll("'", "''")}')`)
say(reader.getRowsJson().map(row => Object.fromEntries(names.map((name, c) => [name, row[c]]))))
