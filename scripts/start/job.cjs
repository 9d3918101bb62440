'use strict'
const { join } = require('node:path')
const { openPack } = require('./pack.cjs')

// What a thread of `tidemark serve` begins with that runs the pipeline.
openPack(join(__dirname, 'program.pack'), require).load('./program.cjs').job()
