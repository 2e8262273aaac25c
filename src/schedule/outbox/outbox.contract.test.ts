import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openSqliteOutbox } from '../adapters/sqlite-outbox.ts'
import { createOutboxModel } from './outbox-model.ts'
import { describeOutbox } from './outbox.contract.ts'

describeOutbox({
  name: 'the model',
  runs: 20,
  async open() {
    const outbox = createOutboxModel()
    return { outbox, reopen: null, dispose: () => outbox.close() }
  },
})

describeOutbox({
  name: 'sqlite',
  runs: 150,
  async open() {
    const folder = await mkdtemp(path.join(tmpdir(), 'gannet-outbox-'))
    const options = { path: path.join(folder, 'outbox.db') }
    let outbox = await openSqliteOutbox(options)
    return {
      outbox,
      async reopen() {
        await outbox.close()
        outbox = await openSqliteOutbox(options)
        return outbox
      },
      async dispose() {
        await outbox.close()
        await rm(folder, { recursive: true })
      },
    }
  },
})
