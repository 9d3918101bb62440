'use strict'
// In place of the package `bindings`, which looks in twelve folders: the driver's addon lies where npm puts it.
module.exports = (name) => require(`better-sqlite3/build/Release/${name}`)
