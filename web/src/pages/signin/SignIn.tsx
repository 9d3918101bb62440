import { useQueryClient } from '@tanstack/react-query'
import { useSend } from '../../api/use-api.ts'
import { AccountForm } from './AccountForm.tsx'

/** For those who have an account and no session. */
export function SignIn() {
  const client = useQueryClient()
  const enter = useSend('POST /session')
  return (
    <AccountForm
      title="Sign in"
      action="Sign in"
      sending={enter}
      onSend={(name, password) =>
        enter.mutate(
          { body: { name, password, cookie: true } },
          { onSuccess: () => void client.resetQueries() },
        )
      }
    />
  )
}
