/**
 * The catalogue on one machine: `catalogue.db`. Engine: SQLite with FTS5, by `libsql`.
 * Options: the file's path, and whether it is only read. One process writes; others may read
 * at the same time (write-ahead log).
 */
import type { AssetId, SpaceId } from '../../core/ids.ts'
import type { Asset, StoredVector, VerdictRecord } from '../asset.ts'
import { renditionKey } from '../../core/rendition.ts'
import type { AssetFilter, Catalogue, Change, CommitEntry, CommitResult, RelabelEntry, RenditionEntry, Withdrawal } from '../catalogue.ts'
import { indexText, matchQuery } from '../full-text.ts'
import { isPersons, relabelled } from '../relabel.ts'
import { openSqliteFile, type Bindable } from './sqlite-file.ts'
import {
  ASSET,
  assetOf,
  bytesOf,
  GET,
  GONE,
  PRINT,
  printOf,
  verdictOf,
  type AssetRow,
  type PrintRow,
  type StepRow,
  type VerdictRow,
} from './sqlite-rows.ts'
import { CATALOGUE_SCHEMA, CATALOGUE_STEPS, CATALOGUE_VERSION } from './sqlite-schema.ts'

export interface SqliteCatalogueOptions {
  readonly path: string
  /** For any process but the owner of the data folder. Default false. */
  readonly readOnly?: boolean
  /** Default 10 000. */
  readonly busyMs?: number
}

/** A condition on `asset a`, and what it binds. */
const conditionOf = (where: AssetFilter = {}): readonly [sql: string, parameters: readonly string[]] => {
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['EXISTS (SELECT 1 FROM label WHERE name = ? AND asset = a.row)', where.label?.toLowerCase()],
    ['a.category = ?', where.category],
    ['a.host = ?', where.host],
    ['EXISTS (SELECT 1 FROM request WHERE request = ? AND asset = a.row)', where.request],
  ]
  const used = parts.filter(([, value]) => value !== undefined)
  // The plus keeps SQLite from choosing an index by it: a listing would then be sorted anew for each page.
  const sql = [where.superseded === true ? `NOT ${GONE}` : '+a.superseded = 0', ...used.map(([part]) => part)]
  return [sql.join(' AND '), used.map(([, value]) => value as string)]
}

export const openSqliteCatalogue = async (options: SqliteCatalogueOptions): Promise<Catalogue> => {
  const file = openSqliteFile({
    path: options.path,
    schema: CATALOGUE_SCHEMA,
    version: CATALOGUE_VERSION,
    steps: CATALOGUE_STEPS,
    readOnly: options.readOnly ?? false,
    busyMs: options.busyMs ?? 10_000,
  })
  const all = <Row>(sql: string, ...parameters: Bindable[]): readonly Row[] => file.all(sql, parameters) as readonly Row[]
  const run = (sql: string, ...parameters: Bindable[]): number => file.run(sql, parameters)

  const lastSequence = (): number =>
    all<{ last: number | null }>('SELECT max(sequence) AS last FROM asset')[0]?.last ?? 0

  const addRequests = (row: number, requestIds: Asset['requestIds']): void => {
    for (const request of requestIds) {
      run(
        `INSERT OR IGNORE INTO request (asset, position, request)
         SELECT ?1, coalesce(max(position), 0) + 1, ?2 FROM request WHERE asset = ?1`,
        row,
        request,
      )
    }
  }

  const record = (v: VerdictRecord): void => {
    run(
      'INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      v.task, v.request, v.url, v.thumbnailUrl, v.pageUrl, v.outcome, v.reason, v.asset, JSON.stringify(v.evidence), v.at,
    )
  }

  /** What the filter `label` and the full text find it by. */
  const addWords = (row: number, asset: Asset): void => {
    for (const { name } of [...asset.labels, ...asset.boxes]) {
      run('INSERT OR IGNORE INTO label (name, asset) VALUES (?, ?)', name.toLowerCase(), row)
    }
    const text = indexText([
      asset.title, asset.alt, asset.caption, asset.category,
      ...asset.labels.map((label) => label.name),
      ...asset.boxes.map((box) => box.name),
    ])
    if (text !== '') run('INSERT INTO words (rowid, text) VALUES (?, ?)', row, text)
  }

  const setLabels = (row: number, stored: Asset, labels: Asset['labels']): void => {
    const asset = { ...stored, labels }
    run('UPDATE asset SET json = ? WHERE row = ?', JSON.stringify(asset), row)
    run('DELETE FROM label WHERE asset = ?', row)
    run('DELETE FROM words WHERE rowid = ?', row)
    addWords(row, asset)
  }

  /** What a person has called a picture holds for its better copy. */
  const bequeath = (labels: Asset['labels'], to: AssetId): void => {
    const [heir] = isPersons(labels) ? all<{ row: number; json: string }>('SELECT row, json FROM asset WHERE id = ?', to) : []
    if (!heir) return
    const asset = JSON.parse(heir.json) as Asset
    if (!isPersons(asset.labels)) setLabels(heir.row, asset, labels)
  }

  const supersede = (old: AssetId, by: AssetId, sequence: () => number): void => {
    const [row] = all<{ row: number; json: string }>('SELECT row, json FROM asset WHERE id = ? AND superseded = 0 AND id <> ?', old, by)
    if (!row) return
    bequeath((JSON.parse(row.json) as Asset).labels, by)
    run(
      "UPDATE asset SET superseded = 1, sequence = ?, duplicate_of = ?, level = 'copy' WHERE row = ?",
      sequence(), by, row.row,
    )
    run('DELETE FROM vector WHERE asset = ?', row.row)
    run('DELETE FROM rendition WHERE asset = ?', row.row)
    run('UPDATE asset SET duplicate_of = ? WHERE duplicate_of = ?', by, old)
  }

  const relabel = ({ asset: id, by, labels }: RelabelEntry): boolean => {
    const [found] = all<{ row: number; json: string }>('SELECT row, json FROM asset WHERE id = ? AND superseded = 0', id)
    if (!found) return false
    const asset = JSON.parse(found.json) as Asset
    const next = relabelled(asset.labels, by, labels)
    if (next === null) return false
    setLabels(found.row, asset, next)
    return true
  }

  /** All that belongs to a row besides itself. */
  const strip = (row: number): void => {
    for (const table of ['vector', 'rendition', 'label', 'request']) run(`DELETE FROM ${table} WHERE asset = ?`, row)
    run('DELETE FROM words WHERE rowid = ?', row)
  }

  const withdraw = ({ asset, verdict }: Withdrawal, sequence: () => number): void => {
    record(verdict)
    const [found] = all<{ row: number }>('SELECT row FROM asset WHERE id = ? AND superseded = 0', asset)
    if (!found) return
    for (const { row } of all<{ row: number }>('SELECT row FROM asset WHERE duplicate_of = ? AND superseded = 1', asset)) strip(row)
    run('UPDATE asset SET duplicate_of = NULL, level = NULL WHERE duplicate_of = ?', asset)
    strip(found.row)
    run('UPDATE asset SET superseded = 1, sequence = ?, duplicate_of = NULL, level = NULL WHERE row = ?', sequence(), found.row)
  }

  const insert = ({ asset, fingerprint, vectors }: CommitEntry, sequence: number): number => {
    const row = run(
      `INSERT INTO asset (id, sequence, superseded, duplicate_of, level, bytes, host, category, json, ${PRINT})
       VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      asset.id, sequence, asset.duplicateOf, asset.level, asset.bytes, asset.host, asset.category,
      JSON.stringify({ ...asset, renditions: [], requestIds: [] }),
      bytesOf(fingerprint.sha256),
      fingerprint.pixels && bytesOf(fingerprint.pixels),
      fingerprint.thumbnail && bytesOf(fingerprint.thumbnail),
      bytesOf(fingerprint.pdq), fingerprint.pdqQuality, fingerprint.sketch, JSON.stringify(fingerprint.panels),
    )
    addRequests(row, asset.requestIds)
    addWords(row, asset)
    for (const { space, values } of vectors) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      run('INSERT OR REPLACE INTO vector (asset, space, f32) VALUES (?, ?, ?)', row, space, bytes)
    }
    return row
  }

  const commitAll = (entries: readonly CommitEntry[]): readonly CommitResult[] => {
    let last = lastSequence()
    const known = new Map(
      all<{ id: AssetId; row: number }>(
        `SELECT a.id, a.row ${GET.id}`,
        JSON.stringify(entries.map(({ asset }) => asset.id)),
      ).map(({ id, row }) => [id, row]),
    )
    return entries.map((entry): CommitResult => {
      const { id, requestIds } = entry.asset
      const row = known.get(id)
      if (row !== undefined) {
        addRequests(row, requestIds)
        const [at] = all<{ sequence: number }>('SELECT sequence FROM asset WHERE row = ?', row)
        return { id, sequence: at?.sequence ?? 0, created: false }
      }
      const sequence = ++last
      // What was taken back and comes again comes anew.
      run(`DELETE FROM asset WHERE id = ? AND ${GONE}`, id)
      known.set(id, insert(entry, sequence))
      for (const old of entry.supersedes) supersede(old, id, () => ++last)
      record(entry.verdict)
      return { id, sequence, created: true }
    })
  }

  const addRenditions = ({ asset, request, renditions }: RenditionEntry): boolean => {
    const [found] = all<{ row: number }>('SELECT row FROM asset WHERE id = ? AND superseded = 0', asset)
    if (!found) return false
    for (const one of renditions) {
      run(
        'INSERT OR IGNORE INTO rendition (asset, key, sha256, json) VALUES (?, ?, ?, ?)',
        found.row, renditionKey({ ...one, ...one.asked }), one.sha256 && bytesOf(one.sha256), JSON.stringify(one),
      )
    }
    addRequests(found.row, [request])
    return true
  }

  const vectorsOf = (rows: readonly Pick<StepRow, 'row'>[]): ReadonlyMap<number, readonly StoredVector[]> => {
    const found = new Map<number, StoredVector[]>()
    const asked = JSON.stringify(rows.map(({ row }) => row))
    for (const { asset, space, f32 } of all<{ asset: number; space: SpaceId; f32: ArrayBuffer }>(
      'SELECT asset, space, f32 FROM vector WHERE asset IN (SELECT value FROM json_each(?)) ORDER BY rowid',
      asked,
    )) {
      const vector = { space, values: new Float32Array(f32) }
      found.set(asset, [...(found.get(asset) ?? []), vector])
    }
    return found
  }

  const changeOf = (row: StepRow, vectors: readonly StoredVector[]): Change =>
    row.superseded === 1
      ? { kind: 'drop', sequence: row.sequence, id: row.id }
      : {
          kind: 'put',
          sequence: row.sequence,
          id: row.id,
          fingerprint: printOf(row),
          vectors,
          duplicateOf: row.duplicate_of,
        }

  return {
    capabilities: { fullText: true },
    commit: async (entries) => file.transaction(() => commitAll(entries)),
    addRenditions: async (entries) => file.transaction(() => entries.map(addRenditions)),
    relabel: async (entries) => file.transaction(() => entries.map(relabel)),
    judge: async (verdicts) => file.transaction(() => verdicts.forEach(record)),
    withdraw: async (entries) => file.transaction(() => {
      let last = lastSequence()
      for (const entry of entries) withdraw(entry, () => ++last)
    }),
    async verdicts({ after, limit }) {
      const rows = all<VerdictRow>('SELECT * FROM verdict WHERE task > ? ORDER BY task LIMIT ?', after ?? '', limit + 1)
      return { items: rows.slice(0, limit).map(verdictOf), next: rows.length > limit ? (rows[limit - 1]?.task ?? null) : null }
    },
    async get(by, values) {
      const rows = all<AssetRow & { asked: number }>(`SELECT asked.key AS asked, ${ASSET} ${GET[by]}`, JSON.stringify(values))
      const found = new Map(rows.map((row) => [row.asked, row]))
      return values.map((_, i) => {
        const row = found.get(i)
        return row ? assetOf(row) : null
      })
    },
    async traits(ids) {
      const rows = all<PrintRow & { id: AssetId; row: number }>(`SELECT a.row, a.id, ${PRINT} ${GET.id}`, JSON.stringify(ids))
      const vectors = vectorsOf(rows)
      const found = new Map(rows.map((row) => [row.id, { fingerprint: printOf(row), vectors: vectors.get(row.row) ?? [] }]))
      return ids.map((id) => found.get(id) ?? null)
    },
    async list({ after, limit, where }) {
      const [condition, parameters] = conditionOf(where)
      const rows = all<AssetRow & { sequence: number }>(
        `SELECT a.sequence, ${ASSET} FROM asset a WHERE a.sequence > ? AND ${condition} ORDER BY a.sequence LIMIT ?`,
        Number(after ?? 0), ...parameters, limit + 1,
      )
      const items = rows.slice(0, limit)
      return { items: items.map(assetOf), next: rows.length > limit ? String(items.at(-1)?.sequence) : null }
    },
    async changes(after, limit) {
      const rows = all<StepRow>(
        `SELECT row, id, sequence, superseded, duplicate_of, ${PRINT} FROM asset
         WHERE sequence > ? ORDER BY sequence LIMIT ?`,
        after, limit,
      )
      const vectors = vectorsOf(rows)
      return rows.map((row) => changeOf(row, vectors.get(row.row) ?? []))
    },
    async find({ text, limit, where }) {
      const query = matchQuery(text)
      if (query === null) return []
      const [condition, parameters] = conditionOf(where)
      const rows = all<AssetRow & { cost: number }>(
        `SELECT hit.cost, ${ASSET} FROM (
           SELECT words.rowid AS row, bm25(words) AS cost, a.sequence AS sequence
           FROM words JOIN asset a ON a.row = words.rowid
           WHERE words MATCH ? AND ${condition} ORDER BY cost, a.sequence LIMIT ?
         ) AS hit JOIN asset a ON a.row = hit.row ORDER BY hit.cost, hit.sequence`,
        query, ...parameters, limit,
      )
      return rows.map((row) => ({ asset: assetOf(row), score: -row.cost }))
    },
    async why({ of, limit }) {
      return all<VerdictRow>(
        `SELECT * FROM verdict WHERE task = ?1 OR asset = ?1 OR url = ?1 OR thumbnail_url = ?1 OR page_url = ?1
         ORDER BY at DESC, task LIMIT ?2`,
        of, limit,
      ).map(verdictOf)
    },
    async stats(requests) {
      const of = requests === undefined ? 'TRUE' : 'request IN (SELECT value FROM json_each(?))'
      const among = (column: string) => (requests === undefined ? 'TRUE' : `${column} IN (SELECT asset FROM request WHERE ${of})`)
      const asked = requests === undefined ? [] : [JSON.stringify(requests)]
      const totals = all<{ superseded: number; level: string | null; assets: number; bytes: number }>(
        `SELECT superseded, level, count(*) AS assets, sum(bytes) AS bytes FROM asset WHERE NOT ${GONE} AND ${among('row')}
         GROUP BY superseded, level`,
        ...asked,
      )
      const live = totals.filter((total) => total.superseded === 0)
      const sum = (of: typeof totals, amount: 'assets' | 'bytes') => of.reduce((total, row) => total + row[amount], 0)
      return {
        assets: sum(live, 'assets'),
        superseded: sum(totals, 'assets') - sum(live, 'assets'),
        bytes: sum(live, 'bytes'),
        verdicts: all<{ count: number }>(`SELECT count(*) AS count FROM verdict WHERE ${of}`, ...asked)[0]?.count ?? 0,
        linked: { similar: sum(live.filter((total) => total.level === 'similar'), 'assets') },
        spaces: all<{ space: SpaceId; vectors: number }>(
          `SELECT space, count(*) AS vectors FROM vector WHERE ${among('asset')}
           GROUP BY space ORDER BY space`,
          ...asked,
        ),
        sequence: lastSequence(),
      }
    },
    async close() {
      file.close()
    },
  }
}
