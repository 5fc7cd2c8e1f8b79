// Reads a table with icebird: {"table":"FOLDER","metadata":"FILE NAME"} is answered with all rows; times in milliseconds, as JavaScript has them.
import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { answerLines, modules } from './lines.mjs'

// Node's fetch reads no files.
globalThis.fetch = async (url, init) => {
  const place = String(url)
  const content = await fs.readFile(place.startsWith('file:') ? fileURLToPath(place) : place).catch(() => undefined)
  if (!content) return new Response(null, { status: 404, statusText: `no file ${place}` })
  return new Response(init?.method === 'HEAD' ? null : content, { status: 200, headers: { 'Content-Length': String(content.length) } })
}
// By its file, as the package can be imported by name only from below the folder of modules.
const { icebergRead } = await import(pathToFileURL(path.resolve(modules, 'icebird/src/index.js')))

await answerLines(({ table, metadata }) => icebergRead({ tableUrl: table, metadataFileName: metadata }))
