// Runs SQL in ClickHouse (chdb): {"sql":"…"} is answered with its rows.
import { answerLines, rawJson, require } from './lines.mjs'

// ClickHouse reads files below its working folder only.
process.chdir('/')
const { query } = require('chdb')
const settings = "settings output_format_json_quote_64bit_integers = 0, date_time_output_format = 'iso', session_timezone = 'UTC'"

await answerLines(({ sql }) => query(`${sql} ${settings}`, 'JSONEachRow').split('\n').filter(line => line).map(rawJson))
