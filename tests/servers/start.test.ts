import { existsSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { runChild } from '../support/kill.ts'
import { forThisTest, withPrivateServers } from './in-tests.ts'
import { answersPing, pings } from './pings.ts'
import { freePort } from './probe.ts'
import { startRedis } from './redis.ts'
import { sleep, until } from './until.ts'

withPrivateServers('redis').describe('a server of a test', () => {
  test.each([
    ['is killed', 0],
    ['ends by itself', undefined],
  ])('ends, and its folder goes, when the process that started it %s', async (_, killAfterMs) => {
    const end = await runChild(
      'tests/servers/starter-child.ts',
      killAfterMs === undefined ? ['end'] : ['stay'],
      killAfterMs === undefined ? {} : { killAfterMs },
    )
    expect(end.signal).toBe(killAfterMs === undefined ? null : 'SIGKILL')
    const { port, home } = JSON.parse(end.lines[0] ?? '') as { port: number; home: string }
    const gone = async () => !existsSync(home) && !(await pings(port))
    expect(await until(gone, { timeoutMs: 10_000 })).toBe(true)
  })

  test('that was killed and started again keeps its folder', async () => {
    const server = await forThisTest(startRedis())
    await server.kill()
    await server.restart()
    // The watcher of the killed process has had the time to do wrong.
    await sleep(600)
    expect(existsSync(server.folder)).toBe(true)
    expect(await answersPing(server.port)).toBe(true)
  })

  test('leaves a folder that it was given, and deletes one that it made', async () => {
    const folder = join(temporaryFolder(), 'data')
    mkdirSync(folder)
    const given = await startRedis({ folder })
    const own = await startRedis()
    await Promise.all([given.remove(), own.remove()])
    expect([existsSync(folder), existsSync(own.folder)]).toEqual([true, false])
    expect(existsSync(given.home)).toBe(false)
  })

  test('comes up on the port that it is given, once whoever holds it lets go', async () => {
    const port = await freePort()
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve))
    const starting = forThisTest(startRedis({ port }))
    await sleep(500)
    holder.close()
    expect((await starting).port).toBe(port)
  })

  test('that cannot start says why, and leaves nothing', async () => {
    const args = ['--no-such-setting', 'yes']
    await expect(startRedis({ args })).rejects.toThrow(/redis ended as it started[^]*no-such-setting/)
  })

  test('that is paused accepts a connection and does not answer, until it is resumed', async () => {
    const server = await forThisTest(startRedis())
    server.pause()
    onTestFinished(() => server.resume())
    expect(await pings(server.port)).toBe(false)
    server.resume()
    expect(await answersPing(server.port)).toBe(true)
  })

  test('that is paused can be stopped in good order', async () => {
    const server = await forThisTest(startRedis())
    server.pause()
    await server.stop()
    expect(server.pid).toBeNull()
    expect(server.log(1)).toMatch(/ready to exit/)
  })
})
