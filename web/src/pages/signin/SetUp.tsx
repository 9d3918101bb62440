import { Problem } from '../../api/problem.ts'
import { useSend } from '../../api/use-api.ts'
import { AccountForm } from './AccountForm.tsx'

/** The first account. @param token of the link that the first start printed */
export function SetUp({ token }: { readonly token: string }) {
  const enter = useSend('POST /session/setup')
  const isVoid = enter.error instanceof Problem && enter.error.status === 401
  return (
    <AccountForm
      title="Your account"
      intro={
        <p className="soft">
          The first account looks after this server. The link that led here works once, for a quarter of an
          hour.
        </p>
      }
      action="Make the account"
      isNew
      sending={enter}
      onSend={(name, password) =>
        enter.mutate({ body: { token, name, password, cookie: true } }, { onSuccess: begin })
      }
    >
      {isVoid ? <a href="/">Sign in instead</a> : null}
    </AccountForm>
  )
}

/** The link has done its work: the page begins without it. */
function begin(): void {
  location.reload()
}
