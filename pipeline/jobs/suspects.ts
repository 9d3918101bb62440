import { TidemarkError } from '#core/errors.ts'
import type { Suspect } from '#core/sample.ts'
import type { SuspectKey } from '../ports.ts'
import type { JobIo } from './io.ts'

/**
 * Decides a sample that was kept aside. `accepted` puts it into its hour's candle; `rejected` keeps it out for good.
 * @returns the suspect as it stands now
 * @throws INPUT_INVALID when there is no such suspect
 */
export async function decideSuspect(
  _key: SuspectKey,
  _state: 'accepted' | 'rejected',
  _io: Pick<JobIo, 'store' | 'now' | 'holder' | 'newId'>,
): Promise<Suspect> {
  throw new TidemarkError('INTERNAL', { message: 'gaps accept is being written', fix: 'wait' })
}
