import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState, type DragEvent, type ReactNode } from 'react'
import { api } from '../../api/api.ts'
import { Problem } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Failure, Panel, Skeleton } from '../../ui/Panel.tsx'
import { toast } from '../../ui/toast.tsx'
import { refusal, type Preview } from './import.ts'
import { PreviewOf } from './Preview.tsx'
import styles from './Import.module.css'

type Chosen = {
  readonly name: string
  readonly text: string
  /** Makes a second press, or one after a broken line, the same import. */
  readonly key: string | null
}
type State =
  | { readonly step: 'none' }
  | { readonly step: 'reading'; readonly name: string }
  | { readonly step: 'failed'; readonly error: Error }
  | { readonly step: 'preview'; readonly file: Chosen; readonly preview: Preview; readonly busy: boolean }

/** A file of trades: dropped anywhere here or chosen, shown row by row, then taken whole or not at all. */
export function Import({
  portfolio,
  children,
}: {
  readonly portfolio: string | null
  readonly children: ReactNode
}) {
  const [state, setState] = useState<State>({ step: 'none' })
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const client = useQueryClient()
  const query = { portfolio: portfolio ?? undefined }

  const look = async (file: File): Promise<void> => {
    const no = refusal(file)
    if (no !== null) return setState({ step: 'failed', error: new Error(no) })
    setState({ step: 'reading', name: file.name })
    try {
      const text = await file.text()
      const preview = await api('POST /portfolio/flows/preview', {
        query: { ...query, name: nameOf(file) },
        body: text,
      })
      const key = typeof crypto.randomUUID === 'function' ? crypto.randomUUID() : null
      setState({ step: 'preview', file: { name: nameOf(file), text, key }, preview, busy: false })
    } catch (error) {
      setState({ step: 'failed', error: error as Error })
    }
  }
  const take = async (file: Chosen, preview: Preview, replace: boolean): Promise<void> => {
    setState({ step: 'preview', file, preview, busy: true })
    try {
      const done = await api(
        'POST /portfolio/flows',
        { query: { ...query, name: file.name, replace: replace ? 'true' : 'false' }, body: file.text },
        file.key === null ? {} : { idempotencyKey: `${file.key}${replace ? '-replace' : ''}` },
      )
      setState({ step: 'none' })
      toast(
        `${file.name}: ${String(done.added ?? 0)} rows added, ${String(done.unchanged ?? 0)} were there already.`,
      )
      await client.invalidateQueries()
    } catch (error) {
      setState({ step: 'preview', file, preview, busy: false })
      const problem = error instanceof Problem ? error : null
      toast([(error as Error).message, problem?.fix ?? ''].join(' '), 'bad')
    }
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file !== undefined) void look(file)
  }
  return (
    <div
      className={`stack ${over ? (styles.over ?? '') : ''}`}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
      }}
      onDrop={drop}
    >
      <Panel
        title="Import trades"
        actions={
          <Button look="main" onClick={() => input.current?.click()}>
            Choose a file
          </Button>
        }
      >
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.txt,.json,text/csv"
          className="hidden"
          tabIndex={-1}
          aria-label="File of trades"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            // The same file can be chosen again after it was mended.
            event.currentTarget.value = ''
            if (file !== undefined) void look(file)
          }}
        />
        <div className="stack">
          {state.step === 'none' ? (
            <p className="soft">
              Drop a file anywhere on this page: exports of exchanges and wallets, or the columns of
              Tidemark’s own flows.csv. Every row is shown before anything is stored.
            </p>
          ) : null}
          {state.step === 'reading' ? (
            <>
              <p role="status">Reading {state.name} …</p>
              <Skeleton height="120px" />
            </>
          ) : null}
          {state.step === 'failed' ? <Failure error={state.error} /> : null}
          {state.step === 'preview' ? (
            <PreviewOf
              name={state.file.name}
              preview={state.preview}
              busy={state.busy}
              onTake={(replace) => void take(state.file, state.preview, replace)}
              onCancel={() => setState({ step: 'none' })}
            />
          ) : null}
        </div>
      </Panel>
      {children}
    </div>
  )
}

/** As rows will name it; the server takes so much of it. */
function nameOf({ name }: File): string {
  return name.slice(-100)
}
