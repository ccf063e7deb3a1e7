/**
 * Builds dist/ from src/, with the SHA-256 of all that it is built from in the first line of each
 * file. `KAPSEL_CONFIG` and `KAPSEL_DEFAULTS` stay in them as free names: the server puts values there.
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

/** Stands in for what draws, to weigh the rest. */
const undrawn = {
  name: 'undrawn',
  setup({ onLoad }) {
    onLoad({ filter: /(surface|embeds)\.js$/ }, ({ path }) => {
      const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:const|function) (\w+)/gm)]
      return { contents: names.map(([, name]) => `export const ${name} = () => {}`).join('\n') }
    })
  },
}

/** Leaves the guards out, for the many sites that mark their tags. */
const unguarded = {
  name: 'unguarded',
  setup({ onLoad }) {
    onLoad({ filter: /(guard|enforced)\.js$/ }, ({ path }) => {
      const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:const|function) (\w+)/gm)]
      return { contents: names.map(([, name]) => `export const ${name} = () => {}`).join('\n') }
    })
  },
}

async function bundle(entry, ...plugins) {
  const { outputFiles } = await build({
    entryPoints: [new URL(entry, here).pathname],
    bundle: true,
    charset: 'utf8',
    format: 'iife',
    legalComments: 'none',
    minify: true,
    plugins,
    target: ['chrome90', 'firefox98', 'safari15.4'],
    write: false,
  })
  return outputFiles[0].text
}

/** What may be sent, in bytes of brotli; beside it come 2 KB of texts and configuration. */
const MOST = { 'kapsel.js': 10.75 * 1024, 'guarded.js': 12.25 * 1024, 'without what draws': 6.5 * 1024 }

const bundles = {
  'kapsel.js': await bundle('src/main.js', styles, unguarded),
  'guarded.js': await bundle('src/main.js', styles),
  'defaults.js': await bundle('src/defaults.js'),
  'without what draws': await bundle('src/main.js', undrawn, unguarded),
}
for (const [name, text] of Object.entries(bundles)) {
  const bytes = brotliCompressSync(text).length
  console.log(`${name}: ${bytes} bytes as brotli`)
  if (bytes > MOST[name]) throw new Error(`more than the ${MOST[name]} bytes that are allowed`)
}
const first = `/* sources sha256:${digest.digest('hex')} */\n`
for (const [name, text] of Object.entries(bundles)) {
  if (name.endsWith('.js')) writeFileSync(new URL(`dist/${name}`, here), first + text)
}
