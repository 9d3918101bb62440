import { RPC_URL } from './rpc-urls.ts'
import { SETTING_NAMES, SETTINGS } from './settings.ts'

/** The text of `.env.example`: every setting with its default, commented out. */
export function renderEnvExample(): string {
  const head = [
    '# Settings of tidemark. Copy to .env and take the # away from what you want to change.',
    '# Flags win over the environment, the environment over .env, .env over the defaults shown here.',
    '# "tidemark config" prints every value in force and where it comes from.',
  ]
  const blocks = SETTING_NAMES.flatMap((name) => {
    const { description, example, secret } = SETTINGS[name]
    const lines = [`# ${description}`, `# ${name}=${example}`]
    if (secret) lines.push(`# or, from a file: ${name}_FILE=/run/secrets/${name.toLowerCase()}`)
    return name === RPC_URL.before ? [ENDPOINTS, lines] : [lines]
  })
  return `${[head, ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

const ENDPOINTS = [`# ${RPC_URL.description}`, `# ${RPC_URL.example}`, `# or, from a file: ${RPC_URL.file}`]
