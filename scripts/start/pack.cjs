'use strict'
const { openSync, readSync } = require('node:fs')
const { dirname } = require('node:path')
const vm = require('node:vm')

/** The pack begins with the length of its index, in this many bytes. */
exports.HEAD = 12

/**
 * Opens program.pack, which holds the program in parts: CommonJS modules of plain ASCII that ask for each other by
 * `require('./name.cjs')`, each read and compiled when it is first asked for. Beside a part may lie what V8 had compiled
 * of it at build time; another line of node refuses that and compiles the part itself, which takes longer and changes
 * nothing else. The file stays open: a program that runs is whole, whatever is built in its place meanwhile.
 * @param file path of the pack; parts take it for their own
 * @param requirePackage gives parts what is in no part: packages, and what node brings
 * @returns `load` evaluates a part; `scripts` are those loaded so far, by name; `made` names what the pack was made of
 */
exports.openPack = (file, requirePackage) => {
  const pack = openSync(file)
  const read = (at, length) => {
    const bytes = Buffer.allocUnsafeSlow(length)
    readSync(pack, bytes, 0, length, at)
    return bytes
  }
  const { made, parts } = JSON.parse(read(exports.HEAD, Number(read(0, exports.HEAD).latin1Slice())))
  const modules = new Map()
  const scripts = new Map()
  const folder = dirname(file)

  const load = (name) => {
    const known = modules.get(name) ?? parts[name]
    if (known === undefined) return requirePackage(name)
    if (!Array.isArray(known)) return known.exports
    const [at, length, compiled] = known
    // The name is in what was compiled, so it holds no path of the machine that it was compiled on.
    const script = new vm.Script(read(at, length).latin1Slice(), {
      filename: `tidemark/${name.slice(2)}`,
      cachedData: compiled === 0 ? undefined : read(at + length, compiled),
    })
    const module = { exports: {} }
    modules.set(name, module)
    scripts.set(name, script)
    script.runInThisContext()(module.exports, load, module, file, folder)
    return module.exports
  }
  return { load, scripts, made }
}
