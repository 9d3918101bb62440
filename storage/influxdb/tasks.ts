import { TasksAPI, type Task } from '@influxdata/influxdb-client-apis'
import type { Connection } from './connection.ts'
import { taskName, taskScript } from './downsample-flux.ts'
import type { Step } from './downsample.ts'

/** The task of a resolution; null where there is none, or none that the token may see. */
export async function findTask(connection: Connection, step: Step): Promise<Task | null> {
  const { org, bucket } = connection.options
  const name = taskName(bucket, step)
  const { result } = await connection.call('the list of tasks', (client) =>
    new TasksAPI(client).getTasks({ org, name }),
  )
  return result.tasks?.find((task) => task.name === name) ?? null
}

/** Makes the task of a resolution, or gives it its present text. @returns whether there was anything to do */
export async function putTask(connection: Connection, step: Step): Promise<boolean> {
  const { org, bucket } = connection.options
  const flux = taskScript(bucket, step)
  const task = await findTask(connection, step)
  if (task !== null && task.flux === flux && task.status === 'active') return false
  await connection.call(`to install the ${step} task`, async (client) => {
    const tasks = new TasksAPI(client)
    if (task === null) await tasks.postTasks({ body: { org, flux, status: 'active' } })
    else await tasks.patchTasksID({ taskID: task.id, body: { flux, status: 'active' } })
  })
  return true
}
