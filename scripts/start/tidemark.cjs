#!/usr/bin/env node
'use strict'
const { join } = require('node:path')
const { openPack } = require('./pack.cjs')

openPack(join(__dirname, 'program.pack'), require).load('./program.cjs').start()
