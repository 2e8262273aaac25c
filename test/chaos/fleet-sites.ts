/** Galleries for a fleet: each a host of its own, so that each is some task server's. */
import { planGallery, startSite, type Site } from '../site/index.ts'

export const openSites = (wish: {
  readonly count: number
  /** A site. */
  readonly pictures: number
  readonly seed: number
  /** Address that they answer at. */
  readonly host: string
}): Promise<readonly Site[]> => Promise.all(Array.from({ length: wish.count }, (_, n) => startSite({
  plan: planGallery({
    seed: wish.seed * 100 + n, pictures: wish.pictures, worth: 0.4, fullSide: 480, thumbSide: 200, junk: { near: 0 },
    thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 },
  }),
  switches: [{ do: 'slow', medianMs: 10 }],
  hosts: [wish.host],
})))
