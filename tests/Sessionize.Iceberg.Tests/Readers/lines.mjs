// What the readers have in common: each answers a line of its input, a JSON value, with a line, {"rows":[…]} or {"error":"…"}.
// The first argument is the folder of node modules.
import path from 'node:path'
import readline from 'node:readline'
import { createRequire } from 'node:module'

export const [modules, ...args] = process.argv.slice(2)
export const require = createRequire(path.join(path.resolve(modules), 'index.js'))

class RawJson {
  constructor(text) { this.text = text }
}

// A value that is JSON already.
export const rawJson = text => new RawJson(text)

// JSON of any value, with all digits of 64-bit numbers. NaN and infinities are texts.
export function json(value) {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : JSON.stringify(String(value))
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`
  if (value instanceof RawJson) return value.text
  if (value instanceof Date) return JSON.stringify(micros(BigInt(value.getTime()) * 1000n))
  if (value instanceof Uint8Array) return JSON.stringify(`0x${Buffer.from(value).toString('hex')}`)
  if (typeof value === 'object') return `{${Object.entries(value).map(([name, v]) => `${JSON.stringify(name)}:${json(v)}`).join(',')}}`
  return JSON.stringify(value)
}

// A time with a zone as a text with microseconds, from microseconds since the Unix epoch.
export function micros(value, zone = 'Z') {
  const seconds = value / 1000000n - (value % 1000000n < 0n ? 1n : 0n)
  const fraction = value - seconds * 1000000n
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction.toString().padStart(6, '0')}${zone}`
}

export async function answerLines(answer) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let said
    try {
      said = `{"rows":${json(await answer(JSON.parse(line)))}}`
    } catch (error) {
      said = JSON.stringify({ error: String(error?.message ?? error) })
    }
    process.stdout.write(`${said.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`)
  }
}
