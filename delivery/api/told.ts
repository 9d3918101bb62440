import { problemOf, type Problem } from './problem.ts'

/** A failure that another thread told of: an error loses its class on the way, so the problem is made there. */
export class Told extends Error {
  override readonly name = 'Told'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** What a thread hands back: an answer, or the problem that came up. */
export type Delivered<T> = { readonly answer: T } | { readonly problem: Problem }

export async function delivered<T>(work: () => Promise<T>): Promise<Delivered<T>> {
  try {
    return { answer: await work() }
  } catch (error) {
    return { problem: problemOf(error) }
  }
}

/** @throws Told */
export function received<T>(delivery: Delivered<T>): T {
  if ('problem' in delivery) throw new Told(delivery.problem)
  return delivery.answer
}
