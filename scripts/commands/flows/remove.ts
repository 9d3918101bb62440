import type { Command } from 'commander'
import { flowDocument } from '#delivery/flow-json.ts'
import { removeFlow } from '#pipeline/jobs/edit-flow.ts'
import { byHand, byHandOptions, type ByHandOptions } from '../../cli/by-hand.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { changed, flowLine } from './changed.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark flows remove ID --why "counted twice"', 'later imports leave it out, and say so'],
    ['tidemark flows restore ID', 'brings it back'],
  ])
    .argument('<id>', 'id of the flow, as "tidemark flows" lists it')
    .action(act(run))
  byHandOptions(command)
}

async function run(cli: Cli, id: string, options: ByHandOptions): Promise<Outcome> {
  return changed(cli, async (portfolio, io) => {
    const flow = await removeFlow({ portfolio, id, ...byHand(options) }, io)
    return {
      exitCode: 0,
      text: () =>
        `Removed from "${portfolio.name}": ${flowLine(flow)}\n"tidemark flows restore ${flow.id}" brings it back.`,
      document: () => ({ portfolio: portfolio.name, removed: flowDocument(flow) }),
    }
  })
}
