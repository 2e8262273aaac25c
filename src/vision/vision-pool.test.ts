import { afterEach, describe, expect, it } from 'vitest'
import type { Clock } from '../core/clock.ts'
import { systemClock } from '../core/clock.ts'
import type { Body } from '../core/body.ts'
import type { Rendition } from '../core/rendition.ts'
import { GannetError } from '../core/errors.ts'
import { sha256Of } from '../core/ids.ts'
import type { Look, Unseen } from '../image/look.ts'
import type { Sight } from '../models/pack.ts'
import type { Exit } from './exit.ts'
import type { VisionHandle } from './seat.ts'
import type { LookItem, Vision } from './vision-api.ts'
import { createVisionPool, type VisionPoolOptions } from './vision-pool.ts'

/**
 * A process that dies on cue. A body's text says what happens: `crash` and `kill` end it when
 * looked at, `crash-infer` when inferred; `bad` cannot be decoded; `gone` makes the call throw.
 */
class FakeProcess implements VisionHandle {
  readonly looks: string[][] = []
  readonly renders: string[] = []
  readonly inferences: string[][] = []
  readonly dropped: number[] = []
  readonly kept = new Map<number, string>()
  dead = false
  #listener: (why: Exit) => void = () => undefined
  #gate: Promise<void>

  constructor(gate: Promise<void> = Promise.resolve()) {
    this.#gate = gate
  }

  die(why: Exit): void {
    if (this.dead) return
    this.dead = true
    this.#listener(why)
  }

  onExit(listener: (why: Exit) => void): void {
    this.#listener = listener
  }

  kill(): void {
    queueMicrotask(() => this.die({ signal: 'SIGKILL', code: null }))
  }

  /** A dead process answers nothing. */
  async #alive(): Promise<void> {
    await this.#gate
    await new Promise((resolve) => setImmediate(resolve))
    if (this.dead) await new Promise(() => undefined)
  }

  async #suffer(texts: readonly string[], crash: string): Promise<void> {
    if (texts.includes(crash)) this.die({ signal: 'SIGSEGV', code: null })
    if (texts.includes('kill')) this.die({ signal: 'SIGKILL', code: null })
    if (texts.includes('hang')) await new Promise(() => undefined)
    await this.#alive()
  }

  readonly api = {
    look: async (items: readonly LookItem[]) => {
      const texts = items.map(textOf)
      this.looks.push(texts)
      await this.#alive()
      await this.#suffer(texts, 'crash')
      if (texts.includes('gone')) throw new GannetError('data-missing', 'the file is gone')
      return items.map((item, i) => {
        const text = texts[i] as string
        if (text !== 'bad' && item.keep) this.kept.set(item.ticket, text)
        return text === 'bad' ? unseen : lookOf(text)
      })
    },
    infer: async (tickets: readonly number[]) => {
      const texts = tickets.map((ticket) => this.kept.get(ticket) ?? null)
      for (const ticket of tickets) this.kept.delete(ticket)
      if (tickets.length > 0) this.inferences.push(texts.map(String))
      await this.#alive()
      await this.#suffer(texts.map(String), 'crash-infer')
      return texts.map((text) => (text === null ? null : sightOf(text)))
    },
    drop: async (tickets: readonly number[]) => {
      this.dropped.push(...tickets)
      for (const ticket of tickets) this.kept.delete(ticket)
    },
    render: async (original: Body) => {
      const text = textOf({ body: original })
      this.renders.push(text)
      await this.#alive()
      await this.#suffer([text], 'crash')
      if (text === 'gone') throw new GannetError('data-missing', 'the file is gone')
      return { ok: true as const, body: original, bytes: text.length, sha256: sha256Of(text), width: 1, height: 1 }
    },
  }
}

const unseen: Unseen = { ok: false, reason: 'undecodable', detail: 'not a picture', bytes: 3, sha256: null }
const lookOf = (text: string): Look => ({
  ok: true, sha256: sha256Of(text), pixels: null, format: text, width: 1, height: 1, orientation: 1, pages: 1, bytes: 1,
  pdq: '', pdqQuality: 0, sketch: new Uint8Array(0), panels: [], looks: { blur: 0, brightness: 0, contrast: 0, entropy: 0 }, credits: null, warning: null,
})
const sightOf = (text: string): Sight => ({ boxes: [], labels: [{ name: text, score: 1, by: 'fake' }], vectors: [] })
const body = (text: string) => ({ kind: 'inline', bytes: new TextEncoder().encode(text) }) as const
const textOf = (item: Pick<LookItem, 'body'>): string =>
  item.body.kind === 'inline' ? new TextDecoder().decode(item.body.bytes) : item.body.path
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`)

/** Time that passes only when told to. */
const createHandClock = (): Clock & { pass(ms: number): Promise<void> } => {
  let now = 0
  const waiting = new Set<{ readonly at: number; resolve(): void }>()
  return {
    now: () => now,
    until: (at, signal) =>
      new Promise((resolve, reject) => {
        if (at <= now) return resolve()
        const entry = { at, resolve }
        waiting.add(entry)
        signal?.addEventListener('abort', () => {
          waiting.delete(entry)
          reject(signal.reason)
        })
      }),
    async pass(ms) {
      now += ms
      for (const entry of waiting) {
        if (entry.at > now) continue
        waiting.delete(entry)
        entry.resolve()
      }
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const pools: Vision[] = []
const setUp = (options: Partial<VisionPoolOptions> & { gate?: Promise<void> } = {}) => {
  const processes: FakeProcess[] = []
  const deaths: string[] = []
  const pool = createVisionPool({
    batch: { max: 32, ageMs: 1 },
    onDeath: (what) => deaths.push(what),
    spawn() {
      const one = new FakeProcess(options.gate)
      processes.push(one)
      return one
    },
    ...options,
  })
  pools.push(pool)
  return { pool, processes, deaths, latest: () => processes.at(-1) as FakeProcess }
}
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())))

/** Until every process is ready and has answered. */
const warm = async (pool: Vision, processes: readonly FakeProcess[]): Promise<void> => {
  while (processes.some((one) => one.looks.length === 0)) {
    for (const seen of await Promise.all(names(2).map((text) => pool.look(body(text))))) seen.release()
  }
}

const lookAndInfer = async (pool: Vision, text: string): Promise<string | undefined> => {
  const seen = await pool.look(body(text))
  if (!seen.look.ok) return seen.look.reason
  const sight = await seen.infer()
  seen.release()
  return sight.labels[0]?.name
}

describe('the vision pool at work', () => {
  it('gives each caller the look and the sight of its own picture', async () => {
    const { pool } = setUp({ size: 3 })
    const texts = names(200)
    expect(await Promise.all(texts.map((text) => lookAndInfer(pool, text)))).toEqual(texts)
  })

  it('sends what is asked for together in messages of at most eight, spread over the processes', async () => {
    const { pool, processes } = setUp({ size: 2 })
    await warm(pool, processes)
    await Promise.all(names(40).map((text) => pool.look(body(text))))
    const sizes = processes.map((one) => one.looks.map((batch) => batch.length))
    expect(Math.max(...sizes.flat())).toBe(8)
    for (const of of sizes) expect(of.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(16)
    expect(sizes.flat().length).toBeLessThan(12)
  })

  it('infers in batches, where the picture was decoded', async () => {
    const { pool, processes } = setUp({ size: 2, batch: { max: 4, ageMs: 250 } })
    await warm(pool, processes)
    const seen = await Promise.all(names(16).map((text) => pool.look(body(text))))
    const decoded = processes.map((one) => [...one.kept.values()].sort())
    await Promise.all(seen.map((one) => one.infer()))
    expect(processes.map((one) => one.inferences.flat().sort())).toEqual(decoded)
    for (const [i, { inferences }] of processes.entries()) {
      expect(inferences).toHaveLength(Math.ceil((decoded[i]?.length ?? 0) / 4))
    }
  })

  it('infers a lone picture when it has waited long enough', async () => {
    const clock = createHandClock()
    const { pool, latest } = setUp({ clock, batch: { max: 32, ageMs: 20 } })
    const seen = await pool.look(body('a'))
    const sight = seen.infer()
    await clock.pass(0)
    await clock.pass(19)
    expect(latest().inferences).toEqual([])
    await clock.pass(1)
    expect((await sight).labels[0]?.name).toBe('a')
  })

  it('infers once however often it is asked', async () => {
    const { pool, latest } = setUp()
    const seen = await pool.look(body('a'))
    expect(await Promise.all([seen.infer(), seen.infer()])).toEqual([sightOf('a'), sightOf('a')])
    expect(latest().inferences).toEqual([['a']])
  })

  it('forgets a picture that is released, and refuses to infer it', async () => {
    const { pool, latest } = setUp()
    const seen = await pool.look(body('a'))
    expect(latest().kept.size).toBe(1)
    seen.release()
    seen.release()
    await expect(seen.infer()).rejects.toMatchObject({ code: 'drained' })
    expect(latest().kept.size).toBe(0)
  })

  it('answers what cannot be decoded, and does not pretend that it can be inferred', async () => {
    const { pool } = setUp()
    const seen = await pool.look(body('bad'))
    expect(seen.look).toEqual(unseen)
    await expect(seen.infer()).rejects.toMatchObject({ code: 'internal' })
  })

  it('lets no more pictures in than there is room for, in the order they came', async () => {
    const { pool, latest } = setUp({ room: 3 })
    await Promise.all(names(10).map((text) => pool.look(body(text))))
    expect(Math.max(...latest().looks.map((batch) => batch.length))).toBeLessThanOrEqual(3)
    expect(latest().looks.flat()).toEqual(names(10))
  })

  it('does not lock up when every caller holds one picture and asks for another', async () => {
    const { pool } = setUp({ room: 2 })
    const both = names(8).map(async (text) => {
      const thumbnail = await pool.look(body(text))
      const full = await pool.look(body(`${text}-full`))
      const sight = await full.infer()
      thumbnail.release()
      return sight.labels[0]?.name
    })
    expect(await Promise.all(both)).toEqual(names(8).map((text) => `${text}-full`))
  })

  it('lets a caller go who has waited enough: in the queue, and under way', async () => {
    let open = (): void => undefined
    const { pool, latest } = setUp({ room: 1, gate: new Promise((resolve) => { open = resolve }) })
    const inside = new AbortController()
    const outside = new AbortController()
    const first = pool.look(body('a'), { signal: inside.signal })
    const second = pool.look(body('b'), { signal: outside.signal })
    const third = pool.look(body('c'))
    outside.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    inside.abort(new Error('enough too'))
    await expect(first).rejects.toThrow('enough too')
    open()
    expect((await third).look).toMatchObject({ format: 'c' })
    expect(latest().looks.flat()).not.toContain('b')
    expect([...latest().kept.values()]).toEqual(['c'])
  })

  it('tells one caller of a missing file, and not its neighbours', async () => {
    const { pool } = setUp()
    const answers = await Promise.allSettled(['a', 'gone', 'b'].map((text) => lookAndInfer(pool, text)))
    expect(answers.map((a) => (a.status === 'fulfilled' ? a.value : (a.reason as GannetError).code)))
      .toEqual(['a', 'data-missing', 'b'])
  })

  it('refuses with `drained` once it is closed, those who wait as well', async () => {
    const { pool, processes } = setUp({ gate: new Promise(() => undefined) })
    const waiting = pool.look(body('a'))
    await pool.close()
    await expect(waiting).rejects.toMatchObject({ code: 'drained' })
    await expect(pool.look(body('b'))).rejects.toMatchObject({ code: 'drained' })
    expect(processes.every((one) => one.dead)).toBe(true)
  })
})

describe('the vision pool when processes die', () => {
  it('answers every innocent in the batch, and condemns the one that kills', async () => {
    const { pool, deaths } = setUp()
    const texts = ['a', 'b', 'crash', 'c', 'd']
    const seen = await Promise.all(texts.map((text) => pool.look(body(text))))
    expect(seen.map((one) => one.look.ok)).toEqual([true, true, false, true, true])
    expect(seen[2]?.look).toMatchObject({
      ok: false, reason: 'undecodable', bytes: 5, sha256: sha256Of('crash'),
      detail: expect.stringContaining('SIGSEGV'),
    })
    expect(deaths).toHaveLength(3)
  })

  it('tries a suspect alone: no message that follows holds it together with others', async () => {
    const { pool, processes } = setUp({ size: 2 })
    await Promise.all(['a', 'crash', ...names(30)].map((text) => pool.look(body(text))))
    const withCrash = processes.flatMap((one) => one.looks).filter((batch) => batch.includes('crash'))
    expect(withCrash.slice(1)).toEqual([['crash'], ['crash']])
  })

  it('condemns after two deaths and not before: a third try would cost a third process', async () => {
    const { pool, processes } = setUp()
    expect((await pool.look(body('crash'))).look.ok).toBe(false)
    expect(processes.flatMap((one) => one.looks)).toEqual([['crash'], ['crash']])
  })

  it('hardly blames a picture for a kill from outside', async () => {
    const { pool, latest, processes } = setUp()
    for (let kills = 0; kills < 5; kills++) {
      const looking = pool.look(body('a'))
      while (latest().looks.length === 0) await new Promise((resolve) => setImmediate(resolve))
      latest().die({ signal: 'SIGKILL', code: null })
      expect((await looking).look.ok).toBe(true)
    }
    expect(processes).toHaveLength(6)
  })

  it('gives up on a picture that the memory killer takes eight times, alone', async () => {
    const { pool, processes } = setUp()
    const { look } = await pool.look(body('kill'))
    expect(look).toMatchObject({ ok: false, reason: 'undecodable', detail: expect.stringContaining('SIGKILL') })
    expect(processes.flatMap((one) => one.looks)).toHaveLength(8)
  })

  it('decodes again what the dead process kept, unnoticed', async () => {
    const { pool, latest } = setUp()
    const seen = await Promise.all(names(5).map((text) => pool.look(body(text))))
    latest().die({ signal: null, code: 1 })
    const sights = await Promise.all(seen.map((one) => one.infer()))
    expect(sights.map((sight) => sight.labels[0]?.name)).toEqual(names(5))
  })

  it('decodes again what the process has forgotten', async () => {
    const { pool, latest } = setUp()
    const seen = await pool.look(body('a'))
    latest().kept.clear()
    expect((await seen.infer()).labels[0]?.name).toBe('a')
    expect(latest().looks).toEqual([['a'], ['a']])
  })

  it('infers again together after one death, and one by one after two', async () => {
    const { pool, processes } = setUp({ batch: { max: 3, ageMs: 5 } })
    const answers = await Promise.allSettled(['a', 'crash-infer', 'b'].map((text) => lookAndInfer(pool, text)))
    expect(answers.map((a) => (a.status === 'fulfilled' ? a.value : (a.reason as GannetError).code)))
      .toEqual(['a', 'role-died', 'b'])
    const batches = processes.flatMap((one) => one.inferences)
    expect(batches.slice(0, 2).map((batch) => batch.length)).toEqual([3, 3])
    expect(batches.slice(2).every((batch) => batch.length === 1)).toBe(true)
  })

  it('keeps every promise under random deaths', async () => {
    const { pool, processes } = setUp({ size: 3 })
    const calm = new AbortController()
    const murder = (async () => {
      for (let k = 0; !calm.signal.aborted; k++) {
        await new Promise((resolve) => setTimeout(resolve, 2))
        processes.filter((one) => !one.dead)[k % 3]?.die({ signal: 'SIGKILL', code: null })
      }
    })()
    const texts = names(300).map((text, i) => (i % 60 === 59 ? 'crash' : text))
    const answers = await Promise.all(texts.map((text) => lookAndInfer(pool, text)))
    calm.abort()
    await murder
    expect(answers).toEqual(texts.map((text) => (text === 'crash' ? 'undecodable' : text)))
    expect(processes.length).toBeGreaterThan(10)
  })

  it('kills a process that no longer answers, and condemns what it hangs on', async () => {
    const clock = createHandClock()
    const { pool, processes } = setUp({ clock, stallMs: 1000 })
    const looking = pool.look(body('hang'))
    for (let tries = 0; tries < 2; tries++) {
      await clock.pass(0)
      await clock.pass(1000)
    }
    expect((await looking).look).toMatchObject({ reason: 'undecodable', detail: expect.stringContaining('stopped answering') })
    expect(processes.slice(0, 2).every((one) => one.dead)).toBe(true)
  })
})

describe('the vision pool that renders', () => {
  const small: Rendition = { name: 'small', crop: null, width: 9, height: null, fit: 'inside', format: 'jpeg', quality: null }
  const render = async (pool: Vision, text: string): Promise<string> => {
    const made = await pool.render(body(text), small)
    return made.ok ? textOf({ body: made.body }) : made.reason
  }

  it('makes what is asked for beside looks, over all processes', async () => {
    const { pool, processes } = setUp({ size: 2 })
    const texts = names(30)
    const [renders, looks] = await Promise.all([
      Promise.all(texts.map((text) => render(pool, text))), Promise.all(texts.map((text) => lookAndInfer(pool, text))),
    ])
    expect([renders, looks]).toEqual([texts, texts])
    for (const one of processes) expect(one.renders.length).toBeGreaterThan(5)
  })

  it('condemns what kills its process twice alone, and nothing else', async () => {
    const { pool, deaths } = setUp({ size: 2 })
    const texts = [...names(12), 'crash', ...names(12)]
    expect(await Promise.all(texts.map((text) => render(pool, text)))).toEqual(texts.map((text) => (text === 'crash' ? 'undecodable' : text)))
    expect(deaths.length).toBeLessThanOrEqual(3)
  })

  it('makes again what a death from outside interrupted', async () => {
    const { pool, latest } = setUp()
    const rendering = Promise.all(names(4).map((text) => render(pool, text)))
    while (latest().renders.length === 0) await new Promise((resolve) => setImmediate(resolve))
    latest().die({ signal: 'SIGKILL', code: null })
    expect(await rendering).toEqual(names(4))
  })

  it('lets so many in at once, turns away who waits when asked to, and passes on what a process throws', async () => {
    const { pool } = setUp({ renders: 1, gate: new Promise((resolve) => setTimeout(resolve, 30)) })
    const stop = new AbortController()
    const first = render(pool, 'first')
    const second = pool.render(body('second'), small, { signal: stop.signal })
    const refused = expect(second).rejects.toThrow('enough')
    stop.abort(new Error('enough'))
    await refused
    expect(await first).toBe('first')
    await expect(render(pool, 'gone')).rejects.toMatchObject({ code: 'data-missing' })
  })
})

describe('the vision pool when nothing works', () => {
  it('rests longer between starts, and says so in the end', async () => {
    const clock = createHandClock()
    const started: number[] = []
    const { pool } = setUp({
      clock,
      spawn() {
        started.push(clock.now())
        const one = new FakeProcess(new Promise(() => undefined))
        setImmediate(() => one.die({ signal: null, code: 13, words: 'no such library\n' }))
        return one
      },
    })
    const looking = pool.look(body('a'))
    const refused = expect(looking).rejects.toMatchObject({ code: 'role-failing', message: expect.stringMatching(/code 13.*no such library;/) })
    for (let ms = 0; ms < 2000; ms += 100) await clock.pass(100)
    await refused
    await expect(pool.look(body('b'))).rejects.toMatchObject({ code: 'role-failing' })
    const rests = started.slice(1).map((at, i) => at - (started[i] as number))
    expect(rests).toEqual(rests.toSorted((a, b) => a - b))
    expect(started).toHaveLength(5)
  })

  it('fails with the words of a model that cannot be loaded', async () => {
    const { pool } = setUp({
      spawn() {
        const one = new FakeProcess()
        return {
          api: { ...one.api, infer: () => Promise.reject(new GannetError('pack-damaged', 'half a model')) },
          onExit: (listener) => one.onExit(listener),
          kill: () => one.kill(),
        }
      },
    })
    await expect(pool.look(body('a'))).rejects.toMatchObject({ code: 'pack-damaged', message: 'half a model' })
  })

  it('fails where no process can be started at all', async () => {
    const { pool } = setUp({
      spawn() {
        throw new GannetError('internal', 'no more processes')
      },
    })
    await expect(pool.look(body('a'))).rejects.toMatchObject({ code: 'role-failing' })
  })

  it('does not condemn picture after picture when it is the decoder that is broken', async () => {
    const { pool } = setUp({ clock: systemClock })
    const answers = await Promise.allSettled(Array.from({ length: 40 }, () => lookAndInfer(pool, 'crash')))
    const codes = answers.map((a) => (a.status === 'fulfilled' ? a.value : (a.reason as GannetError).code))
    expect(codes.filter((code) => code === 'undecodable').length).toBeLessThanOrEqual(8)
    expect(codes).toContain('role-failing')
  })
})
