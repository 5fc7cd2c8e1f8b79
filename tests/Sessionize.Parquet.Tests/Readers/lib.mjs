// What the readers' scripts have in common. Each is called with the folder of node modules, a file, and mostly a description of what it holds:
// all rows, and filters with the number of rows that each must find and the sum of their row numbers (the column revision).
// A script says in its last line what it compared, and exits with 1 and a sentence at the first difference.
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [modules, file, description] = process.argv.slice(2)

export const require = createRequire(path.join(path.resolve(modules), 'index.js'))
export const load = name => import(pathToFileURL(require.resolve(name)))
export const parquet = path.resolve(file)
export const expected = description ? JSON.parse(fs.readFileSync(description, 'utf8')) : undefined
export const columns = expected?.columns

export function fail(sentence) {
  console.error(sentence.length > 600 ? `${sentence.slice(0, 600)}…` : sentence)
  process.exit(1)
}

// Rows as arrays of plain values: numbers of 64 bits and times in microseconds as texts.
export function compareRows(rows) {
  if (rows.length !== expected.rows.length) fail(`${rows.length} rows, not ${expected.rows.length}`)
  rows.forEach((row, i) => columns.forEach(({ name }, c) => {
    const found = JSON.stringify(row[c]), wanted = JSON.stringify(expected.rows[i][c])
    if (found !== wanted) fail(`row ${i}, ${name}: ${found}, not ${wanted}`)
  }))
  return rows.length
}

export function compareFilter(filter, count, sum) {
  if (Number(count) !== filter.count || Number(sum) !== filter.sum) {
    fail(`${filter.column} ${filter.operator} ${JSON.stringify(filter.values)}: ${count} rows with the sum ${sum}, not ${filter.count} with ${filter.sum}`)
  }
}

// A filter as SQL; literal(value, kind) makes a constant.
export function where({ column, kind, operator, values }, literal) {
  const constants = values.map(value => literal(value, kind))
  switch (operator) {
    case 'is null': return `${column} is null`
    case 'is not null': return `${column} is not null`
    case 'between': return `${column} between ${constants[0]} and ${constants[1]}`
    default: return `${column} ${operator} ${constants[0]}`
  }
}

// Many small queries in one.
export function* chunks(array, size) {
  for (let i = 0; i < array.length; i += size) yield array.slice(i, i + size)
}
