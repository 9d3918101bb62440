// Makes the server a replica set of one, which transactions need, and waits until it takes writes. Run again, it
// changes nothing.
const { readFileSync } = require('fs')
const ALREADY_INITIALIZED = 23
const admin = connect('mongodb://mongodb:27017/admin?directConnection=true')
admin.auth('root', readFileSync('/run/secrets/mongodb_root_password', 'utf8').trim())

try {
  const config = { _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] }
  admin.runCommand({ replSetInitiate: config })
} catch (error) {
  if (error.code !== ALREADY_INITIALIZED) throw error
}
while (!admin.hello().isWritablePrimary) sleep(500)
print('the replica set takes writes')
