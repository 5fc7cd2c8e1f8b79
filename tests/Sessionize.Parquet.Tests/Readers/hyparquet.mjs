// Reads a file of sessions with hyparquet: all rows, and filters with its own pruning by the page index.
import { columns, compareFilter, compareRows, expected, load, parquet } from './lib.mjs'

const { asyncBufferFromFile, parquetReadObjects } = await load('hyparquet')
const { compressors } = await load('hyparquet-compressors')
const file = await asyncBufferFromFile(parquet)
const epoch = 1000n

// Node's decoder of UTF-8 drops U+FEFF at the beginning of a text: rows are compared, and filters made, without it.
const mark = /^\ufeff/
const unmarked = value => typeof value === 'string' ? value.replace(mark, '') : Array.isArray(value) ? value.map(unmarked) : value
expected.rows = expected.rows.map(row => row.map(unmarked))

const plain = {
  long: value => value.toString(),
  time: value => (BigInt(value.getTime()) * epoch).toString(),
}
const objects = await parquetReadObjects({ file, compressors })
compareRows(objects.map(row => columns.map(({ name, kind }) => row[name] === null ? null : (plain[kind] ?? (v => v))(row[name]))))

function constant(value, kind) {
  switch (kind) {
    case 'long': return BigInt(value)
    case 'time': return new Date(`${value.replace(' ', 'T')}Z`)
    case 'boolean': return value === 'true'
    case 'int': case 'double': return Number(value)
    default: return value
  }
}

const operators = { '=': '$eq', '<': '$lt', '>=': '$gte' }
let filters = 0
for (const filter of expected.filters) {
  if (filter.kind === 'list' || filter.isBeyondUtf16) continue
  const values = filter.values.map(value => constant(value, filter.kind))
  const condition = filter.operator === 'is null' ? { $eq: null }
    : filter.operator === 'is not null' ? { $ne: null }
      : filter.operator === 'between' ? { $gte: values[0], $lte: values[1] }
        : { [operators[filter.operator]]: values[0] }
  const found = await parquetReadObjects({ file, compressors, filter: { [filter.column]: condition } })
  compareFilter(filter, found.length, found.reduce((sum, row) => sum + row.revision, 0))
  filters++
}

console.log(`hyparquet: ${objects.length} rows, ${filters} filters`)
