import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Where `npm run dev:web` finds the API. */
const API = 'http://127.0.0.1:8443'

/**
 * The small script that has to run before the first paint. It is no module, since modules wait for the document, and has
 * its content in its name like all else under `static`, which browsers keep for good.
 */
function boot(): Plugin {
  const source = readFileSync(join(import.meta.dirname, 'boot.js'), 'utf8')
  const name = `static/boot-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.js`
  return {
    name: 'boot',
    transformIndexHtml: (_html, { server }) => [
      {
        tag: 'script',
        attrs: { src: server === undefined ? `/${name}` : '/boot.js' },
        injectTo: 'head-prepend',
      },
    ],
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: name, source })
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), boot()],
  build: {
    outDir: join(import.meta.dirname, '../dist/web'),
    emptyOutDir: true,
    assetsDir: 'static',
    // The policy of the page lets no data: script or font in.
    assetsInlineLimit: 0,
    sourcemap: false,
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { host: '127.0.0.1', proxy: { '/api': { target: API, ws: true, changeOrigin: true } } },
})
