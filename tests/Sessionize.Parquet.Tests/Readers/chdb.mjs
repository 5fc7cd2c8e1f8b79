// Reads a file of sessions with ClickHouse (chdb): all rows, and every filter (which uses the statistics of row groups and pages).
import { chunks, columns, compareFilter, compareRows, expected, fail, parquet, require, where } from './lib.mjs'

// ClickHouse reads files below its working folder only.
process.chdir('/')
const { query } = require('chdb')
const rowsOf = sql => query(sql, 'JSONCompactEachRow').split('\n').filter(line => line).map(line => JSON.parse(line))
const settings = 'settings output_format_json_quote_64bit_integers = 1, input_format_parquet_filter_push_down = 1'
const quoted = text => `'${Array.from(Buffer.from(text, 'utf8'), b => '\\x' + b.toString(16).padStart(2, '0')).join('')}'`
const source = `file(${quoted(parquet)}, Parquet)`

const plain = { time: name => `toString(reinterpretAsInt64(${name}))` }
const select = columns.map(({ name, kind }) => (plain[kind] ?? (n => n))(name)).join(', ')
const rows = rowsOf(`select ${select} from ${source} order by revision ${settings}`)
compareRows(rows)

function literal(value, kind) {
  switch (kind) {
    case 'text': return quoted(value)
    case 'long': return `toInt64('${value}')`
    case 'int': return `toInt32('${value}')`
    case 'double': return `toFloat64('${value}')`
    case 'boolean': return value
    case 'time': return `toDateTime64('${value}', 6, 'UTC')`
    case 'list': return `[${value.map(quoted).join(', ')}]`
    default: return fail(`no constants of ${kind}`)
  }
}

for (const some of chunks(expected.filters, 40)) {
  const union = some.map((filter, i) => `select ${i} as i, count(*), toString(coalesce(sum(revision), 0)) from ${source} where ${where(filter, literal)}`)
  for (const [i, count, sum] of rowsOf(`${union.join(' union all ')} order by i ${settings}`)) compareFilter(some[i], count, sum)
}

const [[version]] = rowsOf('select version()')
console.log(`ClickHouse ${version}: ${rows.length} rows, ${expected.filters.length} filters`)
