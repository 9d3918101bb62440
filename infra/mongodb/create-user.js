// Runs once, on the empty database: the user that Tidemark is, with rights on its own database alone.
const { readFileSync } = require('fs')
const pwd = readFileSync('/run/secrets/mongodb_password', 'utf8').trim()

db.getSiblingDB('tidemark').createUser({
  user: 'tidemark',
  pwd,
  roles: [{ role: 'readWrite', db: 'tidemark' }],
})
