// Runs SQL in DuckDB with its Iceberg reader: {"sql":["…",…]} is answered with the rows of the last statement.
// Arguments: node modules, the folder of the unpacked extensions.
import { answerLines, args, micros, require } from './lines.mjs'

const [extensions] = args
const duckdb = require('@duckdb/node-api')
const instance = await duckdb.DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' })
const connection = await instance.connect()
for (const name of ['httpfs', 'avro', 'iceberg']) await connection.run(`load '${extensions}/${name}.duckdb_extension'`)
await connection.run("set timezone = 'UTC'")
// A folder without a version hint is read, too.
await connection.run('set unsafe_enable_version_guessing = true')

function plain(value) {
  if (value instanceof duckdb.DuckDBTimestampTZValue) return micros(value.micros)
  if (value instanceof duckdb.DuckDBTimestampValue) return micros(value.micros, '')
  if (value instanceof duckdb.DuckDBListValue) return value.items.map(plain)
  if (value instanceof duckdb.DuckDBStructValue) return Object.fromEntries(Object.entries(value.entries).map(([name, v]) => [name, plain(v)]))
  if (value instanceof duckdb.DuckDBMapValue) return value.entries.map(({ key, value: v }) => ({ key: plain(key), value: plain(v) }))
  if (value instanceof duckdb.DuckDBBlobValue) return value.bytes
  return value !== null && typeof value === 'object' ? value.toString() : value
}

await answerLines(async ({ sql }) => {
  let rows
  for (const statement of sql) {
    const reader = await connection.runAndReadAll(statement)
    const names = reader.columnNames()
    rows = reader.getRows().map(row => Object.fromEntries(names.map((name, i) => [name, plain(row[i])])))
  }
  return rows
})
