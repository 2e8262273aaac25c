/** The site by itself, for a look in a browser or a client in another process: prints its URL, serves until Ctrl-C. */
import { parseArgs } from 'node:util'
import { demoGallery } from './demo-gallery.ts'
import { planGallery, type GalleryPlan } from './gallery.ts'
import { photosIn } from './photos.ts'
import { startSite } from './server.ts'
import type { Switch } from './switches.ts'

const USAGE = `npx tsx test/site/main.ts [--demo | --folder DIR | --pictures N] [options]
  --port N         default 0: any that is free
  --host A,B       addresses of the loopback; default 127.0.0.1
  --image-host B   those that pictures are shown from
  --seed N         default 1
  --worth N        share below 1, count from 1; default 0.28
  --per-page N     default 24
  --bank N         draw no more than N scenes
  --small          thumbnails of 4 to 12 KB, fulls of 30 to 60 KB
  --hostile        add /hostile
  --lazy           draw when asked, not before
  --cache DIR
  --switches JSON  [{"do":"slow","medianMs":50}, {"do":"status","status":404,"share":0.1}]
  --robots JSON    {"disallow":["/f/"],"crawlDelayS":2}
`

const { values } = parseArgs({
  options: {
    port: { type: 'string' }, host: { type: 'string' }, 'image-host': { type: 'string' }, seed: { type: 'string' },
    pictures: { type: 'string' }, worth: { type: 'string' }, 'per-page': { type: 'string' }, bank: { type: 'string' },
    folder: { type: 'string' }, cache: { type: 'string' }, switches: { type: 'string' }, robots: { type: 'string' },
    demo: { type: 'boolean' }, hostile: { type: 'boolean' }, lazy: { type: 'boolean' }, small: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

const number = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text))

const plan = async (): Promise<GalleryPlan> => {
  if (values.demo) return demoGallery()
  const worth = number(values.worth, 0.28)
  const pictures = number(values.pictures, 100)
  const wanted = Math.round(worth < 1 ? pictures * worth : worth)
  return planGallery({
    seed: number(values.seed, 1),
    pictures,
    worth,
    picturesPerPage: number(values['per-page'], 24),
    ...(values.bank === undefined ? {} : { bank: Number(values.bank) }),
    ...(values.folder === undefined ? {} : { photos: await photosIn(values.folder, wanted) }),
    ...(values.small
      ? {
          fullSide: 480,
          thumbSide: 200,
          thumbBytes: { minBytes: 4_000, maxBytes: 12_000 },
          fullBytes: { minBytes: 30_000, maxBytes: 60_000 },
        }
      : {}),
  })
}

if (values.help) {
  process.stdout.write(USAGE)
} else {
  let told = 0
  const site = await startSite({
    plan: await plan(),
    port: number(values.port, 0),
    hosts: values.host?.split(',') ?? ['127.0.0.1'],
    ...(values['image-host'] === undefined ? {} : { imageHosts: values['image-host'].split(',') }),
    ...(values.switches === undefined ? {} : { switches: JSON.parse(values.switches) as Switch[] }),
    ...(values.robots === undefined ? {} : { robots: JSON.parse(values.robots) as object }),
    ...(values.cache === undefined ? {} : { cacheDir: values.cache }),
    ...(values.lazy ? { prepare: false } : {}),
    hostile: values.hostile ?? false,
    control: true,
    onProgress: (done, of) => {
      if (done !== of && Date.now() - told < 200) return
      told = Date.now()
      process.stderr.write(`\rdrawing ${done} of ${of}${done === of ? '\n' : ''}`)
    },
  })
  process.stdout.write(`${site.url}\n`)
  const stop = (): void => void site.close().then(() => process.exit(0))
  process.on('SIGINT', stop).on('SIGTERM', stop)
}
