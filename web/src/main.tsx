import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { enterByLink } from './api/session.ts'
import { newQueryClient } from './api/use-api.ts'
import { App } from './App.tsx'
import './styles.css'

await enterByLink()
const root = document.getElementById('root')
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={newQueryClient()}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
