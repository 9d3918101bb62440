import { useId, useState } from 'react'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { shortAddress } from '../../format/address.ts'
import { ChainPicker } from './ChainPicker.tsx'
import { readLines, type WalletLine } from './lines.ts'
import { useAddWallets } from './use-add-wallets.ts'
import styles from './Wallets.module.css'

/** Of the field; it scrolls from then on. */
const MOST_ROWS = 8

type Props = {
  readonly open: boolean
  readonly onClose: () => void
  /** Null where this makes the first portfolio. */
  readonly portfolio: string | null
  readonly known: readonly string[]
}

/** One wallet typed, or as many as are pasted. */
export function AddWallets(props: Props) {
  return (
    <Dialog open={props.open} title="Add wallets" onClose={props.onClose}>
      <AddForm {...props} />
    </Dialog>
  )
}

function AddForm({ onClose, portfolio, known }: Props) {
  const id = useId()
  const [text, setText] = useState('')
  const [chains, setChains] = useState<readonly string[]>(['ethereum'])
  const adding = useAddWallets(portfolio)
  const lines = readLines(text, known)
  const good = lines.filter(({ fault }) => fault === null)
  const send = async (): Promise<void> => {
    const { added, refused } = await adding.add(good, chains)
    if (added > 0) toast(`${countOf(added)} added. The next run reads ${added === 1 ? 'it' : 'them'}.`)
    const left = lines.filter((line) => line.fault !== null || refused.has(line.text))
    setText(left.map((line) => line.text).join('\n'))
    if (left.length === 0) onClose()
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <div className="field">
        <label htmlFor={id}>Addresses, one a line; a label may stand behind each</label>
        <textarea
          id={id}
          className={styles.addresses}
          rows={Math.min(MOST_ROWS, Math.max(3, lines.length + 1))}
          value={text}
          placeholder="0x… savings"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby={`${id}-lines`}
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      <Lines id={`${id}-lines`} lines={lines} refused={adding.refused} />
      <ChainPicker chosen={chains} onChange={setChains} />
      <div className="row">
        <Button
          look="main"
          type="submit"
          busy={adding.isPending}
          disabled={good.length === 0 || chains.length === 0}
        >
          {adding.isPending
            ? `${String(adding.added + adding.refused.size)} of ${String(good.length)}`
            : good.length < 2
              ? 'Add'
              : `Add ${countOf(good.length)}`}
        </Button>
        <span className="small soft">{chains.length === 0 ? 'Choose a chain.' : whyNot(lines, good)}</span>
      </div>
    </form>
  )
}

function Lines({
  id,
  lines,
  refused,
}: {
  readonly id: string
  readonly lines: readonly WalletLine[]
  readonly refused: ReadonlyMap<string, string>
}) {
  return (
    <ul id={id} className={styles.lines} aria-live="polite" tabIndex={lines.length > 0 ? 0 : -1}>
      {lines.map((line, index) => (
        <li key={`${String(index)} ${line.text}`}>
          <Tell line={line} refusal={refused.get(line.text)} />
        </li>
      ))}
    </ul>
  )
}

function Tell({ line, refusal }: { readonly line: WalletLine; readonly refusal: string | undefined }) {
  const words = refusal ?? line.fault
  const name = line.address === null ? null : <code title={line.address}>{shortAddress(line.address)}</code>
  if (words === null)
    return (
      <span className={styles.line}>
        <Badge tone="ok">✓ good</Badge> {name} {line.label}
      </span>
    )
  return (
    <span className={styles.line}>
      <Badge tone={line.isShort ? 'plain' : 'bad'}>{line.isShort ? '…' : '✕ not taken'}</Badge> {name}{' '}
      <span className={styles.words}>{words}</span>
    </span>
  )
}

const countOf = (count: number): string => (count === 1 ? 'A wallet' : `${String(count)} wallets`)

function whyNot(lines: readonly WalletLine[], good: readonly WalletLine[]): string {
  const left = lines.length - good.length
  return left === 0 || good.length === 0 ? '' : `${String(left)} cannot be added yet and stay here.`
}
