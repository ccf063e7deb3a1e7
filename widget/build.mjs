/**
 * Builds dist/ from src/, with the SHA-256 of all that it is built from in the first line of each
 * file. `KAPSEL_CONFIG` and `KAPSEL_DEFAULTS` stay in them as free names: the server puts values there.
 */

import { build, transform } from 'esbuild'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { minify } from 'terser'

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

/**
 * Stands in for modules that are left out, to weigh the rest: what they export is there, and empty.
 * @param {RegExp} filter
 */
const without = (filter) => ({
  name: 'without',
  setup({ onLoad }) {
    onLoad({ filter }, ({ path }) => {
      const exported = readFileSync(path, 'utf8').matchAll(/^export (const|function) (\w+)( = (.))?/gm)
      const stubs = [...exported].map(([, , name, , first]) => {
        const empty = first === '[' ? '[]' : first === '{' ? '{}' : '() => {}'
        return `export const ${name} = ${empty}`
      })
      return { contents: stubs.join('\n') }
    })
  },
})

/** Left out for the many sites that mark their tags. */
const GUARDS = /(guard|enforced)\.js$/

/** What draws. */
const DRAWN = /(surface|embeds|ignored|guard|enforced)\.js$/

/** What draws, and what speaks with others: their marks, their old answers, their signals, and the server's help. */
const BESIDE = /(surface|embeds|ignored|guard|enforced|tools|moving|signals|hidden)\.js$/

async function bundle(entry, ...plugins) {
  const { outputFiles } = await build({
    entryPoints: [new URL(entry, here).pathname],
    bundle: true,
    charset: 'utf8',
    format: 'iife',
    legalComments: 'none',
    minify: true,
    plugins,
    target: ['chrome91', 'firefox98', 'safari15.4'],
    write: false,
  })
  // esbuild has bundled it; terser finds 400 bytes more
  const { code } = await minify(outputFiles[0].text, {
    compress: { ecma: 2020, hoist_funs: true, passes: 3 },
    format: { ecma: 2020 },
  })
  return code + '\n'
}

/** What may be sent, in bytes of brotli; beside it come 2 KB of texts and configuration. */
const MOST = {
  'kapsel.js': 10.75 * 1024,
  'guarded.js': 12.25 * 1024,
  'without what draws': 6.6 * 1024,
  'the engine alone': 5 * 1024,
}

const bundles = {
  'kapsel.js': await bundle('src/main.js', styles, without(GUARDS)),
  'guarded.js': await bundle('src/main.js', styles),
  'defaults.js': await bundle('src/defaults.js'),
  'without what draws': await bundle('src/main.js', without(DRAWN)),
  'the engine alone': await bundle('src/main.js', without(BESIDE)),
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
