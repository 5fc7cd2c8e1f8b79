// Reads a file of sessions with hyparquet: all rows, and filters with its own pruning by the page index.
import { columns, compareFilter, compareRows, expected, load, parquet } from './lib.mjs'

const { asyncBufferFromFile, parquetReadObjects } = await load('hyparquet')
const { compressors } = await load('hyparquet-compressors')
const file = await asyncBufferFromFile(parquet)
const epoch = 1000n

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

const operators = {
  '=': ([a]) => ({ $eq: a }),
  '<': ([a]) => ({ $lt: a }),
  '>=': ([a]) => ({ $gte: a }),
  between: ([a, b]) => ({ $gte: a, $lte: b }),
  'is null': () => ({ $eq: null }),
  'is not null': () => ({ $ne: null }),
}
let filters = 0
for (const filter of expected.filters) {
  // Lists are compared by identity there.
  if (filter.kind === 'list') continue
  const condition = operators[filter.operator](filter.values.map(value => constant(value, filter.kind)))
  const found = await parquetReadObjects({ file, compressors, filter: { [filter.column]: condition } })
  compareFilter(filter, found.length, found.reduce((sum, row) => sum + row.revision, 0))
  filters++
}

console.log(`hyparquet: ${objects.length} rows, ${filters} filters`)
