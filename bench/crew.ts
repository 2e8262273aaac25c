/** Child processes that do a bare loop: each is sent its job, says that it is ready, starts on a word, and tells what it did. */
import { fork, type ChildProcess } from 'node:child_process'

export interface Crew<Outcome> {
  /** Starts all at once. @returns each one's outcome */
  go(): Promise<readonly Outcome[]>
}

const message = <Kind>(child: ChildProcess): Promise<Kind> =>
  new Promise((resolve, reject) => {
    const died = (code: number | null): void => reject(new Error(`a process of the bare loop ended with ${code}`))
    child.once('exit', died)
    child.once('message', (value) => {
      child.off('exit', died)
      resolve(value as Kind)
    })
  })

/**
 * @param file a module that calls `serve`
 * @param nodeArgs for Node itself
 */
export const raiseCrew = async <Job extends object, Outcome>(file: URL, jobs: readonly Job[], nodeArgs: readonly string[] = []): Promise<Crew<Outcome>> => {
  // The same allocator and pool as the product gives its vision processes.
  const env = { ...process.env, MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? '8' }
  const children = jobs.map(() => fork(file, { execArgv: [...nodeArgs, '--import', 'tsx'], serialization: 'advanced', env }))
  await Promise.all(children.map((child, i) => {
    const ready = message(child)
    child.send(jobs[i] as Job)
    return ready
  }))
  return {
    async go() {
      const outcomes = Promise.all(children.map((child) => message<Outcome>(child)))
      for (const child of children) child.send('go')
      try {
        return await outcomes
      } finally {
        for (const child of children) if (child.connected) child.disconnect()
      }
    },
  }
}

/** The child's side. @param prepare does what is not measured; what it returns does what is */
export const serve = <Job, Outcome>(prepare: (job: Job) => Promise<() => Promise<Outcome>>): void => {
  process.once('message', (job) => {
    void prepare(job as Job).then((run) => {
      process.once('message', () => void run().then((outcome) => process.send?.(outcome)))
      process.send?.('ready')
    })
  })
}
