'use strict'
// Loaded only if somebody asks for something of it.
module.exports = new Proxy({}, { get: (_target, name) => require('child_process')[name] })
