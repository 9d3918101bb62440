'use strict'
const { readFileSync } = require('node:fs')
const vm = require('node:vm')

/** The program, which is plain ASCII, compiled anew or from what was compiled at build time. */
exports.compile = (filename, cachedData) =>
  new vm.Script(readFileSync(filename, 'latin1'), { filename, cachedData })
