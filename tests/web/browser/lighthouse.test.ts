import { describe, expect, test } from 'vitest'
import { WITHOUT_BROWSER } from './support/chromium.ts'
import { audit } from './support/lighthouse.ts'
import { demo, stage } from './support/stage.ts'

describe.skipIf(WITHOUT_BROWSER)('the demo, as Lighthouse sees it', () => {
  const on = stage()
  const { url, session } = demo(on)

  for (const path of ['/?range=30d', '/pnl?range=7d', '/lots', '/data'])
    test(`${path}: accessibility is 100`, async () => {
      const { score, faults } = await audit(url() + path, session(), 'accessibility')
      expect(faults).toEqual([])
      expect(score).toBe(100)
    }, 120_000)
})
