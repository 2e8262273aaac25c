/** Places the fetch and page rooms in the grabber process. */
import { GannetError } from '../core/errors.ts'
import { createServerClock } from '../core/server-clock.ts'
import { createGrabber, productToken } from '../fetch/index.ts'
import type { FetchSettings } from '../fetch/fetch-options.ts'
import type { GrabberApi } from '../fetch/grabber-api.ts'
import type { Leave } from '../fetch/visit.ts'
import { compileRecipe, readDocument, type Recipe } from '../page/index.ts'
import type { GrabberHealth } from './grabber-pool.ts'
import type { RoleFactory } from './role-factory.ts'

export interface GrabberInit {
  readonly settings: FetchSettings
  readonly spoolDir: string
  /** Known to be right; the first that matches a page reads it. */
  readonly recipes?: readonly Recipe[]
}

export const grabberRole: RoleFactory<GrabberInit> = {
  async create({ settings, spoolDir, recipes = [] }, parent) {
    // Once, not on the first page's time.
    for (const recipe of recipes) compileRecipe(recipe)
    const leave = parent.remote<Leave>('leave')
    // Grants tell times by the coordinator's clock, which may be the fleet's.
    const coordinator = parent.remote<{ now(): number }>('clock')
    const clock = await createServerClock(() => coordinator.now())
    const agent = productToken(settings.userAgent)
    const grabber = createGrabber(
      {
        ...settings,
        spoolDir,
        clock,
        readPage(bytes, { url, contentType, recipe: wanted }) {
          const recipe = wanted === undefined ? recipes : recipes.filter(({ name }) => name === wanted)
          const reading = readDocument(bytes, { url, agent, maxBytes: settings.maxPage, recipe, ...(contentType === null ? {} : { contentType }) })
          // A page's own opt-out is switched off along with the header's.
          return settings.optOut ? reading : { ...reading, optOut: { ...reading.optOut, images: true } }
        },
      },
      leave,
    )
    // A visit that cannot reach the coordinator is void; the process ends with the channel anyway.
    process.on('unhandledRejection', (error) => {
      if (!GannetError.is(error, 'role-died')) throw error
    })
    const api: GrabberApi & GrabberHealth = { ...grabber, health: async () => ({ bytes: process.memoryUsage.rss() }) }
    return {
      api,
      async close() {
        clock.close()
        await grabber.close()
      },
    }
  },
}
