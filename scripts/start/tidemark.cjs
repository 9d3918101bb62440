#!/usr/bin/env node
// Starts program.cjs with the code that was compiled for this line of node at build time; where that is missing or
// was made by another, node compiles the program itself, which takes longer and changes nothing else.
'use strict'
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { compile } = require('./compile.cjs')

const file = join(__dirname, 'program.cjs')
let cache
try {
  cache = readFileSync(join(__dirname, 'program.cache'))
} catch {
  cache = undefined
}
compile(file, cache).runInThisContext()(exports, require, module, file, __dirname)
