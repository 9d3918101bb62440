'use strict'
const vm = require('node:vm')

/** The program as node wraps a module, so that the code compiled at build time is that of the start. */
exports.compile = (filename, source, cachedData) => {
  const body = source.startsWith('#!') ? `//${source}` : source
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${body}\n})`
  return new vm.Script(wrapped, { filename, cachedData })
}
