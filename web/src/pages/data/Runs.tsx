import { useState } from 'react'
import { useApi } from '../../api/use-api.ts'
import { age, time } from '../../format/time.ts'
import { useRun } from '../../live/use-live.ts'
import { useSettings } from '../../settings/settings.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './Data.module.css'
import { RunDetails } from './RunDetails.tsx'
import { RunProgress } from './RunProgress.tsx'
import { broughtBy, failuresOf, lasted, OUTCOMES, type Run } from './runs.ts'
import { StartRun } from './StartRun.tsx'

const SHOWN = 50

/** What was run, what runs, and a button that runs it. */
export function Runs() {
  const query = useApi('GET /runs', { query: { limit: SHOWN } })
  const live = useRun()
  const { zone } = useSettings()
  const now = useNow()
  const [opened, setOpened] = useState<Run | null>(null)
  const rows = query.data?.rows ?? []
  const isRunning = live === null ? rows[0]?.outcome === 'running' : live.state === 'running'
  return (
    <Panel
      title="Runs"
      query={query}
      asOf={query.data?.asOf}
      height="120px"
      flush
      actions={<StartRun isRunning={isRunning} />}
      partial={live === null ? null : <RunProgress run={live} />}
    >
      <Table
        caption="Runs"
        columns={columnsOf(zone, now, setOpened)}
        rows={rows}
        keyOf={({ id }) => id}
        maxHeight="420px"
        empty="Nothing was run yet."
      />
      <RunDetails run={opened} onClose={() => setOpened(null)} />
    </Panel>
  )
}

function columnsOf(zone: string | null, now: number, onOpen: (run: Run) => void): readonly Column<Run>[] {
  return [
    {
      ...{ id: 'started', header: 'Started', value: ({ started }) => started, isName: true },
      cell: ({ started }) => (
        <time className="num" dateTime={started} title={age(started, now)}>
          {time(started, zone)}
        </time>
      ),
    },
    {
      ...{ id: 'command', header: 'Command', value: ({ command }) => command },
      cell: ({ command }) => command,
    },
    {
      ...{ id: 'outcome', header: 'Outcome', value: ({ outcome }) => outcome },
      cell: ({ outcome }) => <Badge tone={OUTCOMES[outcome].tone}>{OUTCOMES[outcome].words}</Badge>,
    },
    {
      ...{ id: 'took', header: 'Took', align: 'right' },
      cell: (run) => lasted(run, now),
    },
    {
      ...{ id: 'brought', header: 'Brought' },
      cell: ({ summary, finished }) =>
        finished === null ? (
          <Later />
        ) : (
          <span className={styles.words}>
            {broughtBy(summary) || <span className="soft">nothing new</span>}
          </span>
        ),
    },
    {
      ...{ id: 'details', header: 'Failures' },
      cell: (run) => {
        const failures = failuresOf(run.summary).length
        if (run.finished === null) return <Later />
        if (failures === 0) return <span className="soft">none</span>
        return (
          <Button
            label={`${String(failures)} failures of the run at ${time(run.started, zone)}`}
            onClick={() => onOpen(run)}
          >
            {failures} …
          </Button>
        )
      },
    },
  ]
}

/** A run tells at its end what it did. */
const Later = () => <span className="soft">not yet told</span>
