import type { MessagePort } from 'node:worker_threads'
import type { Config } from '#config/config.ts'
import type { Ask, TaskAsk, TaskName } from '#delivery/api/types.ts'
import type { RecordStore } from '#pipeline/ports.ts'

/** What a thread begins with. */
export type Boot = {
  readonly config: Config
  /** When the pipeline in this server runs next, in milliseconds since 1970; 0 where nothing does. Shared by threads. */
  readonly nextRun: SharedArrayBuffer
}

/** What a thread is asked. */
export type Task<N extends TaskName = TaskName> =
  | { readonly kind: 'answer'; readonly name: N; readonly ask: TaskAsk<N> }
  | { readonly kind: 'download'; readonly ask: Ask<'export'>; readonly port: MessagePort }
  | RecordTask
export type RecordTask =
  | { readonly kind: 'put'; readonly args: Parameters<RecordStore['writeRecords']> }
  | { readonly kind: 'putIf'; readonly args: Parameters<RecordStore['writeRecordsIf']> }
