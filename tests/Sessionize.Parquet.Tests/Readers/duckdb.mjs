// Reads a file of sessions with DuckDB: all rows, every filter (which uses the statistics of row groups), and columns by field id.
import { chunks, columns, compareFilter, compareRows, expected, fail, parquet, require, where } from './lib.mjs'

const { DuckDBInstance } = require('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const rowsOf = async sql => (await connection.runAndReadAll(sql)).getRowsJson()
const quoted = text => `'${text.replaceAll("'", "''")}'`
const source = `read_parquet(${quoted(parquet)})`
await connection.run("set timezone = 'UTC'")

// Node's decoder of UTF-8 drops U+FEFF at the beginning of a text, so texts come as their bytes.
const bytesOf = text => text === null ? null : Buffer.from(text, 'utf8').toString('hex').toUpperCase()
expected.rows = expected.rows.map(row => row.map((value, c) =>
  columns[c].kind === 'text' ? bytesOf(value) : columns[c].kind === 'list' ? value.map(bytesOf) : value))

const plain = {
  text: name => `hex(encode(${name}))`,
  list: name => `list_transform(${name}, x -> hex(encode(x)))`,
  time: name => `epoch_us(${name})::varchar`,
  long: name => `${name}::varchar`,
}
const select = columns.map(({ name, kind }) => (plain[kind] ?? (n => n))(name)).join(', ')
const rows = await rowsOf(`select ${select} from ${source}`)
compareRows(rows)

const ids = await rowsOf(`select ${select} from read_parquet(${quoted(parquet)}, schema = map {${
  columns.map(({ name, type }, i) => `${i + 1}: {name: '${name}', type: '${type}', default_value: null}`).join(', ')}})`)
compareRows(ids)

function literal(value, kind) {
  switch (kind) {
    case 'text': return `decode('${Array.from(Buffer.from(value, 'utf8'), b => '\\x' + b.toString(16).padStart(2, '0').toUpperCase()).join('')}'::blob)`
    case 'long': case 'int': return `(${value})::${kind === 'int' ? 'integer' : 'bigint'}`
    case 'double': return `(${value})::double`
    case 'boolean': return value
    case 'time': return `timestamptz '${value}+00'`
    case 'list': return `[${value.map(text => literal(text, 'text')).join(', ')}]::varchar[]`
    default: return fail(`no constants of ${kind}`)
  }
}

for (const some of chunks(expected.filters, 40)) {
  const union = some.map((filter, i) => `select ${i} as i, count(*), coalesce(sum(revision), 0) from ${source} where ${where(filter, literal)}`)
  for (const [i, count, sum] of await rowsOf(`${union.join(' union all ')} order by i`)) compareFilter(some[i], count, sum)
}

const [[version]] = await rowsOf('select version()')
console.log(`DuckDB ${version}: ${rows.length} rows twice, ${expected.filters.length} filters`)
