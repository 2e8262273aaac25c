/** How fast packs are here: the runtime alone on tensors that are ready, and the product from files, in turn. */
import { stat } from 'node:fs/promises'
import type { Body } from '../core/body.ts'
import { median } from '../evaluate/index.ts'
import { NO_PACKS, type Pack } from '../models/index.ts'
import { DECODE_SECONDS } from './look-at-files.ts'
import { listPacks, packToWorkOn } from './model-packs.ts'
import { startRole } from './role-process.ts'
import { samplePictures, type PictureSource } from './sample-pictures.ts'
import { openVision } from './vision-house.ts'
import type { WorkshopApi } from './workshop-role.ts'

export interface BenchPacksOptions extends PictureSource {
  readonly modelsDir: string
  /** Those that are here, without any. */
  readonly ids: readonly string[]
  readonly say?: (what: string) => void
}

export interface PackSpeed {
  readonly pack: string
  readonly pictures: number
  /** One session, one thread, one picture a run: milliseconds a picture, and pictures a second. */
  readonly bare: { readonly ms: number; readonly perSecond: number }
  /** One vision process, files in and answers out: decoding, hashing, looks, tensors, batching and inference. */
  readonly product: { readonly ms: number; readonly perSecond: number }
  /** Median of `product` over `bare` pictures a second, of pairs of turns. */
  readonly ratio: number
}

const PICTURES = 64
const TURNS = 5
const BATCH = 32

const speedOf = async (pack: Pack, pictures: readonly string[], api: Pick<WorkshopApi, 'time'>): Promise<PackSpeed> => {
  const choice = { ...NO_PACKS, ...Object.fromEntries(pack.manifest.tasks.map((task) => [task, pack])) }
  const vision = openVision({ choice, processes: 1, batch: BATCH, decodeSeconds: DECODE_SECONDS, emit: () => undefined })
  const through = async (path: string): Promise<boolean> => {
    const seen = await vision.look({ kind: 'spool', path, size: (await stat(path)).size } as Body)
    if (seen.look.ok) await seen.infer()
    seen.release()
    return seen.look.ok
  }
  try {
    // The process starts and loads its models; what cannot be decoded is no measure of speed.
    const readable = await Promise.all(pictures.map(through))
    const files = pictures.filter((_, at) => readable[at])
    const [bares, products] = [[] as number[], [] as number[]]
    for (let turn = 0; turn < TURNS; turn++) {
      const [times = []] = await api.time([pack], files, files.length)
      bares.push(median(times))
      const began = performance.now()
      await Promise.all(files.map(through))
      products.push((performance.now() - began) / files.length)
    }
    const [bare, product] = [median(bares), median(products)]
    return {
      pack: pack.manifest.id, pictures: files.length, bare: { ms: bare, perSecond: 1000 / bare }, product: { ms: product, perSecond: 1000 / product },
      ratio: median(bares.map((ms, at) => ms / (products[at] as number))),
    }
  } finally {
    await vision.close()
  }
}

/** In the order asked for. @throws usage, pack-unknown, pack-missing, pack-damaged */
export async function* benchPacks(options: BenchPacksOptions): AsyncGenerator<PackSpeed> {
  const { modelsDir, say = () => undefined } = options
  const here = options.ids.length > 0 ? options.ids : (await listPacks(modelsDir)).packs.flatMap(({ pack, state }) => (state === 'here' ? [pack.id] : []))
  const packs = await Promise.all(here.map((id) => packToWorkOn(id, modelsDir)))
  const pictures = await samplePictures(options, PICTURES)
  const workshop = await startRole('workshop', null, {})
  try {
    const api = workshop.peer.remote<WorkshopApi>('api')
    for (const pack of packs) {
      say(`measuring ${pack.manifest.id} on ${pictures.length} pictures`)
      yield await speedOf(pack, pictures, api)
    }
  } finally {
    await workshop.stop()
  }
}
