// Writes the page, dist/web, unless what it is made of is as it was when that was written.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

// Whoever builds it, and for whatever: a page with React's checks in it is twice as heavy.
process.env.NODE_ENV = 'production'

const path = (place) => fileURLToPath(new URL(`../${place}`, import.meta.url))
const MADE = path('dist/web/made-of')

/** Whatever the page is made of: its sources, and the versions of what they import. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version)
  const files = readdirSync(path('web'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  for (const file of [...files, path('package-lock.json'), path('scripts/build-web.mjs')])
    hash.update(`${file.slice(path('').length)}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/** Beside each file what a browser is sent of it, as small as it gets: made once, here, and not while somebody waits. */
function compressAll() {
  const folder = path('dist/web/static')
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const bytes = readFileSync(file)
    if (!/\.(?:js|css|svg)$/.test(name) || bytes.length < 1_024) continue
    writeFileSync(`${file}.br`, brotliCompressSync(bytes))
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
  }
}

const now = fingerprint()
const before = existsSync(MADE) ? readFileSync(MADE, 'utf8') : null
if (before === now) {
  // What is run next may write a document to stdout.
  console.error('dist/web is up to date')
} else {
  const { build } = await import('vite')
  await build({ configFile: path('web/vite.config.ts'), logLevel: 'warn' })
  compressAll()
  writeFileSync(MADE, now)
}
