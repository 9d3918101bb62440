import { Argument, type Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import { COMMANDS } from '../cli/commands.ts'
import { completionScript, SHELLS, type Shell } from '../cli/completion.ts'
import type { Cli } from '../cli/context.ts'
import { grammarOf } from '../cli/grammar.ts'
import type { Outcome } from '../cli/output.ts'
import { buildProgram } from '../cli/program.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['eval "$(tidemark completion bash)"', 'complete in this shell'],
    ['tidemark completion zsh > ~/.zfunc/_tidemark', 'in a folder of $fpath'],
    ['tidemark completion fish > ~/.config/fish/completions/tidemark.fish', ''],
  ])
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action(act(completion))
}

async function completion(_cli: Cli, shell: Shell): Promise<Outcome> {
  const ignore: Act = () => async () => undefined
  const program = buildProgram(ignore, { help: () => undefined })
  for (const entry of COMMANDS) {
    const command = program.commands.find((one) => one.name() === entry.name)
    if (command) (await entry.load()).define(command, ignore)
  }
  const script = completionScript(shell, grammarOf(program))
  return { exitCode: 0, text: () => script, document: () => ({ shell, script }) }
}
