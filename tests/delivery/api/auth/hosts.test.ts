import { describe, expect, test } from 'vitest'
import { hostName, isLoopback, ownHosts, sameOrigin } from '#delivery/api/auth/hosts.ts'

describe('names of this server', () => {
  test('A20: only a page of this very host and port has our origin', () => {
    const host = 'tidemark.example:8443'
    expect(sameOrigin('https://tidemark.example:8443', host)).toBe(true)
    expect(sameOrigin('https://tidemark.example', 'tidemark.example')).toBe(true)
    expect(sameOrigin('http://localhost:80', 'localhost')).toBe(true)
    for (const origin of [
      undefined,
      '',
      'null',
      'https://evil',
      'https://tidemark.example',
      'https://tidemark.example:8443.evil.com',
      'https://tidemark.example.evil.com:8443',
      'https://evil.com/tidemark.example:8443',
      'file://tidemark.example:8443',
    ])
      expect(sameOrigin(origin, host), origin).toBe(false)
  })

  test('another name that points here is another page', () => {
    const ours = ownHosts('192.168.1.7', 'https://tidemark.example/app')
    for (const header of [
      'localhost',
      'LOCALHOST:8787',
      '127.0.0.1:1',
      '127.1.2.3',
      '[::1]:8787',
      '192.168.1.7:8787',
      'tidemark.example',
    ])
      expect(ours(header), header).toBe(true)
    for (const header of [
      '',
      'evil.example',
      'localhost.',
      'localhost.evil.example',
      '127.0.0.1.nip.io',
      'tidemark.example.evil',
      '0.0.0.0',
      'a@localhost',
      'localhost:8787:1',
      '[::2]',
      '192.168.1.8',
      'localhost\n',
    ])
      expect(ours(header), header).toBe(false)
    expect(ownHosts('::', null)('[::]')).toBe(true)
    expect([isLoopback('0.0.0.0'), isLoopback('::'), isLoopback('::1'), isLoopback('127.9.9.9')]).toEqual([
      ...[false, false, true, true],
    ])
    expect(hostName('[::1]:80')).toBe('[::1]')
  })
})
