// Reads a file of sessions with hyparquet, and says its digests.
import { load, parquet } from './lib.mjs'
import { names, say } from './digests.mjs'

const { asyncBufferFromFile, parquetReadObjects } = await load('hyparquet')
const { compressors } = await load('hyparquet-compressors')
say(await parquetReadObjects({ file: await asyncBufferFromFile(parquet), compressors, columns: names }))
