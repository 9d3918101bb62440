import type { ContentStore, StoreContent } from '../copy.ts'
import type { RowSource, RowTarget } from '../rows/content.ts'
import { openedForReading, serverError } from './errors.ts'
import type { Place } from './place.ts'

const WRITES = /^(write|replace|import|cover|decide|acquire|renew|release|add|editFlows|restore)/

/** A store that throws the driver's errors in the project's words, and refuses to write when opened for reading. */
export function inOurWords(store: ContentStore, place: Place, readOnly: boolean): ContentStore {
  const methods = Object.entries(store).map(([name, method]) => {
    if (typeof method !== 'function') return [name, method] as const
    const call = method as (...args: unknown[]) => Promise<unknown>
    const wrapped = async (...args: unknown[]) => {
      if (readOnly && WRITES.test(name)) throw openedForReading(place)
      return told(place, () => call(...args))
    }
    return [name, wrapped] as const
  })
  return {
    ...(Object.fromEntries(methods) as ContentStore),
    content: contentOf(store.content, place, readOnly),
  }
}

function contentOf(content: StoreContent, place: Place, readOnly: boolean): StoreContent {
  return {
    source: async () => sourceOf(await told(place, () => content.source()), place),
    async target() {
      if (readOnly) throw openedForReading(place)
      return targetOf(await told(place, () => content.target()), place)
    },
  }
}

function sourceOf(source: RowSource, place: Place): RowSource {
  return {
    async *rows(part) {
      try {
        yield* source.rows(part)
      } catch (error) {
        throw serverError(error, place)
      }
    },
    close: () => source.close(),
  }
}

function targetOf(target: RowTarget, place: Place): RowTarget {
  return {
    put: (part, rows) => told(place, () => target.put(part, rows)),
    finish: () => told(place, () => target.finish()),
  }
}

async function told<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw serverError(error, place)
  }
}
