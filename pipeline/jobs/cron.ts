import { TidemarkError } from '#core/errors.ts'

/** The library, for an expression that it takes. @throws INPUT_INVALID when the expression is none */
export async function checkCron(expression: string) {
  const cron = await import('node-cron')
  const { valid, errors } = cron.validateDetailed(expression)
  if (valid) return cron
  throw new TidemarkError('INPUT_INVALID', {
    message: `"${expression}" is no cron expression: ${errors.map((error) => error.message).join('; ')}.`,
    fix: 'Give five fields (minute, hour, day of month, month, day of week), such as "5 * * * *".',
  })
}
