import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { enterByLink } from './api/session.ts'
import { newQueryClient } from './api/use-api.ts'
import { App } from './App.tsx'
import { loadAhead } from './shell/ahead.ts'
import './styles.css'

await enterByLink()
const client = newQueryClient()
loadAhead(client)
const root = document.getElementById('root')
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
