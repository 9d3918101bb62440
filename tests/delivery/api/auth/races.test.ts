import { expect, test } from 'vitest'
import { Accounts } from '#delivery/api/auth/accounts.ts'
import { Sessions } from '#delivery/api/auth/sessions.ts'
import { Passwords } from '#delivery/api/auth/passwords.ts'
import type { RecordStore } from '#pipeline/ports.ts'
import { account, authStand, CHEAP, NOON, PASSWORD, type Stand } from './stand.ts'

/** Accounts of another server over the same store, before whose first write something else happens here. */
function overtaken({ store }: Stand, meanwhile: () => Promise<unknown>): Accounts {
  let happened = false
  const records: RecordStore = {
    records: (query) => store.records(query),
    writeRecords: (change) => store.writeRecords(change),
    writeRecordsIf: async (when, change) => {
      if (!happened) {
        happened = true
        await meanwhile()
      }
      return store.writeRecordsIf(when, change)
    },
  }
  return new Accounts(records, new Passwords(CHEAP), () => NOON)
}
const somebody = (name: string) => ({ name, password: PASSWORD, role: 'owner' }) as const

test('of two first accounts at the same moment one has what is here, and is the admin', async () => {
  const stand = await authStand()
  const other = overtaken(stand, () => stand.accounts.add(somebody('ada')))
  await other.add(somebody('bob'))
  expect((await stand.accounts.list()).map(({ name, role, owner }) => [name, role, owner])).toEqual([
    ['ada', 'admin', 'local'],
    ['bob', 'owner', 'bob'],
  ])
})

test('the link of a first start makes no account beside one that came first', async () => {
  const stand = await authStand()
  const other = overtaken(stand, () => stand.accounts.add(somebody('ada')))
  await expect(other.add(somebody('eve'), 'first')).rejects.toThrow('first account already')
  expect(await stand.accounts.list()).toHaveLength(1)
})

test('a name is taken once', async () => {
  const stand = await authStand()
  await account(stand, 'ada')
  const other = overtaken(stand, () => stand.accounts.add(somebody('bob')))
  await expect(other.add(somebody('bob'))).rejects.toThrow('There is a user bob')
})

test('two admins who take each other away at the same moment leave one', async () => {
  const stand = await authStand()
  await account(stand, 'ada')
  await account(stand, 'bob', 'admin')
  const other = overtaken(stand, () => stand.accounts.remove('ada'))
  await expect(other.edit('bob', { disabled: true })).rejects.toThrow('Nobody would be left')
  expect((await stand.accounts.list()).map(({ name, disabled }) => [name, disabled])).toEqual([
    ['bob', false],
  ])
})

test('a session does not begin for an account that was disabled while its password was looked at', async () => {
  const stand = await authStand()
  await account(stand, 'ada')
  await account(stand, 'bob')

  const before = await stand.accounts.find('bob')
  if (before === null) throw new Error('bob is not there')
  await stand.accounts.edit('bob', { disabled: true })
  expect(await new Sessions(stand.store, () => NOON).start(before)).toBeNull()
})
