import { useSend } from '../../api/use-api.ts'
import { AccountForm } from './AccountForm.tsx'

/** The first account. @param token of the link that the first start printed */
export function SetUp({ token }: { readonly token: string }) {
  const enter = useSend('POST /session/setup')
  return (
    <AccountForm
      title="Your account"
      action="Make it"
      isNew
      sending={enter}
      // The link has done its work: the page begins without it.
      onSend={(name, password) =>
        enter.mutate({ body: { token, name, password, cookie: true } }, { onSuccess: begin })
      }
    />
  )
}

function begin(): void {
  history.replaceState(null, '', location.pathname)
  location.reload()
}
