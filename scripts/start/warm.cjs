'use strict'
// Only for the build: node warm.cjs PACK FOLDER COMMAND… runs a command of the program in PACK and writes to FOLDER, for
// each part that it loaded, what V8 has compiled of it by the end: the functions that the command really called.
const { writeFileSync } = require('node:fs')
const { basename, join } = require('node:path')
const { openPack } = require('./pack.cjs')

const [pack, folder] = process.argv.splice(2, 2)
const { load, scripts } = openPack(pack, require)
process.on('exit', () => {
  for (const [name, script] of scripts) writeFileSync(join(folder, basename(name)), script.createCachedData())
})
load('./program.cjs').start()
