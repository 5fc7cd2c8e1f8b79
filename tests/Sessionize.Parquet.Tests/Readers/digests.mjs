// The digests of a file's sessions, as the expected results of the data sets define them. Rows come as objects of plain values.
import { createHash } from 'node:crypto'

export const names = [
  'uuid', 'session_id', 'session_start_time_ms', 'session_end_time_ms', 'event_count', 'pages_visited',
  'entry_page', 'exit_page', 'page_view_count', 'is_bounce', 'end_reason', 'session_date', 'user_hash_bucket',
]

const ownColumns = 6

function textOf(value) {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? '1' : '0'
  return Array.isArray(value) ? value.join('>') : String(value)
}

function digest(lines) {
  const sorted = lines.map(line => Buffer.from(line, 'utf8')).sort(Buffer.compare)
  const hash = createHash('sha256')
  sorted.forEach((line, i) => hash.update(i ? '\n' : '').update(line))
  return hash.digest('hex')
}

// Says the last line of a script: the number of rows, the digest of the first columns, and that of all.
export function say(rows) {
  const values = rows.map(row => names.map(name => textOf(row[name])))
  console.log(`${rows.length} ${digest(values.map(row => row.slice(0, ownColumns).join('|')))} ${digest(values.map(row => row.join('|')))}`)
}
