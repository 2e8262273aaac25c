/**
 * What a catalogue is, in memory and without an index: the measure of every adapter. Its stemmer
 * knows only the plural; the contract compares it with words on which that and Porter's agree.
 */
import type { AssetId, TaskId } from '../core/ids.ts'
import type { Asset, Fingerprint, StoredVector, VerdictRecord } from './asset.ts'
import { renditionKey } from '../core/rendition.ts'
import type { AssetFilter, Catalogue, CommitEntry, CommitResult } from './catalogue.ts'
import { termsOf } from './full-text.ts'
import { isPersons, relabelled } from './relabel.ts'

interface Row {
  asset: Asset
  readonly fingerprint: Fingerprint
  readonly vectors: readonly StoredVector[]
  sequence: number
  superseded: boolean
  /** Taken back: known to the sequence alone. */
  gone?: true
}

const plain = (word: string): string =>
  word.normalize('NFKD').replace(/[\u0300-\u036F]/g, '').toLowerCase().replace(/s$/, '')

const tokensOf = (field: string): readonly string[] => termsOf(field).flatMap((term) => term.map(plain))

const occurrences = (tokens: readonly string[], phrase: readonly string[]): number =>
  tokens.filter((_, start) => phrase.every((word, i) => tokens[start + i] === word)).length

/** The texts of an asset that `find` looks at. */
export const fieldsOf = (asset: Asset): readonly string[] =>
  [
    asset.title,
    asset.alt,
    asset.caption,
    asset.category,
    ...asset.labels.map((label) => label.name),
    ...asset.boxes.map((box) => box.name),
  ].filter((field) => field !== null)

export const createCatalogueModel = (): Catalogue => {
  const rows = new Map<AssetId, Row>()
  const verdicts = new Map<TaskId, VerdictRecord>()
  let sequence = 0

  const inOrder = (): Row[] => [...rows.values()].sort((a, b) => a.sequence - b.sequence)
  const there = (id: AssetId): Row | undefined => (rows.get(id)?.gone ? undefined : rows.get(id))
  const matches = (row: Row, where: AssetFilter = {}): boolean =>
    !row.gone &&
    (where.superseded === true || !row.superseded) &&
    (where.label === undefined ||
      [...row.asset.labels, ...row.asset.boxes].some(({ name }) => name.toLowerCase() === where.label?.toLowerCase())) &&
    (where.category === undefined || row.asset.category === where.category) &&
    (where.host === undefined || row.asset.host === where.host) &&
    (where.request === undefined || row.asset.requestIds.includes(where.request))

  const supersede = (old: AssetId, by: AssetId): void => {
    const row = rows.get(old)
    if (!row || row.superseded || old === by) return
    row.superseded = true
    row.sequence = ++sequence
    row.asset = { ...row.asset, duplicateOf: by, level: 'copy', renditions: [] }
    const heir = rows.get(by)
    if (heir && isPersons(row.asset.labels) && !isPersons(heir.asset.labels)) heir.asset = { ...heir.asset, labels: row.asset.labels }
    for (const linked of rows.values()) {
      if (linked.asset.duplicateOf === old) linked.asset = { ...linked.asset, duplicateOf: by }
    }
  }

  const commitOne = ({ asset, fingerprint, vectors, verdict, supersedes }: CommitEntry): CommitResult => {
    const known = there(asset.id)
    if (known) {
      const requestIds = [...new Set([...known.asset.requestIds, ...asset.requestIds])]
      known.asset = { ...known.asset, requestIds }
      return { id: asset.id, sequence: known.sequence, created: false }
    }
    const row: Row = {
      asset: { ...asset, renditions: [], requestIds: [...new Set(asset.requestIds)] },
      fingerprint,
      vectors,
      sequence: ++sequence,
      superseded: false,
    }
    rows.set(asset.id, row)
    for (const old of supersedes) supersede(old, asset.id)
    verdicts.set(verdict.task, verdict)
    return { id: asset.id, sequence: row.sequence, created: true }
  }

  return {
    capabilities: { fullText: true },
    commit: async (entries) => entries.map(commitOne),
    addRenditions: async (entries) => entries.map(({ asset, request, renditions }) => {
      const row = there(asset)
      if (!row || row.superseded) return false
      const known = new Map(row.asset.renditions.map((one) => [renditionKey({ ...one, ...one.asked }), one]))
      for (const one of renditions) {
        const key = renditionKey({ ...one, ...one.asked })
        if (!known.has(key)) known.set(key, one)
      }
      row.asset = { ...row.asset, renditions: [...known.values()], requestIds: [...new Set([...row.asset.requestIds, request])] }
      return true
    }),
    relabel: async (entries) => entries.map(({ asset, by, labels }) => {
      const row = rows.get(asset)
      const next = row && !row.superseded ? relabelled(row.asset.labels, by, labels) : null
      if (!row || next === null) return false
      row.asset = { ...row.asset, labels: next }
      return true
    }),
    async judge(records) {
      for (const record of records) verdicts.set(record.task, record)
    },
    async withdraw(entries) {
      for (const { asset, verdict } of entries) {
        verdicts.set(verdict.task, verdict)
        const row = there(asset)
        if (!row || row.superseded) continue
        Object.assign(row, { superseded: true, gone: true, sequence: ++sequence })
        for (const linked of rows.values()) {
          if (linked.gone || linked.asset.duplicateOf !== asset) continue
          if (linked.superseded) linked.gone = true
          else linked.asset = { ...linked.asset, duplicateOf: null, level: null }
        }
      }
    },
    async verdicts({ after, limit }) {
      const rest = [...verdicts.values()].filter(({ task }) => after === null || task > after).sort((a, b) => (a.task < b.task ? -1 : 1))
      return { items: rest.slice(0, limit), next: rest.length > limit ? (rest[limit - 1]?.task ?? null) : null }
    },
    async get(by, values) {
      const all = inOrder().filter((row) => !row.gone)
      return values.map((value) => {
        if (by === 'rendition') return all.find(({ asset }) => asset.renditions.some(({ sha256 }) => sha256 === value))?.asset ?? null
        if (by === 'id') return there(value as AssetId)?.asset ?? null
        const found = all.filter((row) => row.fingerprint[by] === value)
        const row = found.find((candidate) => !candidate.superseded) ?? (by === 'thumbnail' ? found[0] : undefined)
        return row?.asset ?? null
      })
    },
    traits: async (ids) => ids.map((id) => {
      const row = there(id)
      return row ? { fingerprint: row.fingerprint, vectors: row.superseded ? [] : row.vectors } : null
    }),
    async list({ after, limit, where }) {
      const rest = inOrder().filter((row) => row.sequence > Number(after ?? 0) && matches(row, where))
      const items = rest.slice(0, limit)
      return {
        items: items.map((row) => row.asset),
        next: rest.length > limit ? String(items.at(-1)?.sequence) : null,
      }
    },
    changes: async (after, limit) =>
      inOrder()
        .filter((row) => row.sequence > after)
        .slice(0, limit)
        .map(({ asset, fingerprint, vectors, sequence: at, superseded }) =>
          superseded
            ? { kind: 'drop', sequence: at, id: asset.id }
            : { kind: 'put', sequence: at, id: asset.id, fingerprint, vectors, duplicateOf: asset.duplicateOf },
        ),
    async find({ text, limit, where }) {
      const phrases = termsOf(text).map((term) => term.map(plain))
      if (phrases.length === 0) return []
      return inOrder()
        .filter((row) => matches(row, where))
        .map((row) => {
          const fields = fieldsOf(row.asset).map(tokensOf)
          const counts = phrases.map((phrase) => fields.reduce((sum, field) => sum + occurrences(field, phrase), 0))
          return { asset: row.asset, score: counts.includes(0) ? 0 : counts.reduce((a, b) => a + b, 0) }
        })
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .slice(0, limit)
    },
    why: async ({ of, limit }) =>
      [...verdicts.values()]
        .filter((v) => [v.task, v.asset, v.url, v.thumbnailUrl, v.pageUrl].includes(of as TaskId))
        .sort((a, b) => (a.at === b.at ? (a.task < b.task ? -1 : 1) : a.at < b.at ? 1 : -1))
        .slice(0, limit),
    async stats(requests) {
      const asked = inOrder().filter(
        ({ asset, gone }) => !gone && (!requests || asset.requestIds.some((request) => requests.includes(request))),
      )
      const live = asked.filter((row) => !row.superseded)
      const spaces = new Map<StoredVector['space'], number>()
      for (const { space } of live.flatMap((row) => row.vectors)) spaces.set(space, (spaces.get(space) ?? 0) + 1)
      return {
        assets: live.length,
        superseded: asked.length - live.length,
        bytes: live.reduce((sum, row) => sum + row.asset.bytes, 0),
        verdicts: [...verdicts.values()].filter((v) => !requests || requests.includes(v.request)).length,
        linked: { similar: live.filter((row) => row.asset.level === 'similar').length },
        spaces: [...spaces]
          .map(([space, vectors]) => ({ space, vectors }))
          .sort((a, b) => (a.space < b.space ? -1 : 1)),
        sequence,
      }
    },
    async close() {},
  }
}
