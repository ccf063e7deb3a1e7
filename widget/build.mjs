/**
 * Builds dist/kapsel.js from src/, with the SHA-256 of all that it is built from in its first line.
 * `KAPSEL_CONFIG` stays in it as a free name: the server puts each site's configuration there.
 */

import { build, transform } from 'esbuild'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'

const here = new URL('.', import.meta.url)
const read = (name) => readFileSync(new URL(name, here))

const sources = ['build.mjs', 'package-lock.json', ...readdirSync(new URL('src', here)).map((name) => `src/${name}`)]
const digest = createHash('sha256')
for (const name of sources.sort()) digest.update(`${name}\0`).update(read(name)).update('\0')

const styles = {
  name: 'styles',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}

const { outputFiles } = await build({
  entryPoints: [new URL('src/main.js', here).pathname],
  bundle: true,
  charset: 'utf8',
  format: 'iife',
  legalComments: 'none',
  minify: true,
  plugins: [styles],
  target: ['chrome90', 'firefox98', 'safari15.4'],
  write: false,
})
const engine = outputFiles[0].text
writeFileSync(new URL('dist/kapsel.js', here), `/* sources sha256:${digest.digest('hex')} */\n${engine}`)
console.log(`dist/kapsel.js: ${engine.length} characters, ${brotliCompressSync(engine).length} bytes as brotli`)
