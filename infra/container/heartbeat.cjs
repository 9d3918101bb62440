'use strict'
// Loaded before the program in a container. A worker or scheduler has no port to be asked on, so it leaves a sign of
// life: a file whose time is that of the last turn of the event loop. A loop that hangs leaves it to grow old.
const { utimesSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const EVERY_MS = 15_000
const file = join(tmpdir(), 'tidemark-alive')

function beat() {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch {
    try {
      writeFileSync(file, '')
    } catch {
      // A folder that cannot be written makes the container look dead, which is what its owner has to see.
    }
  }
}

beat()
setInterval(beat, EVERY_MS).unref()
