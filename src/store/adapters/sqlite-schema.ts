/** The tables of `catalogue.db`, format 3. A change here is a new format with a step that leads to it. */
export const CATALOGUE_VERSION = 3

/** Version 1 knew no renditions. `key` is that of core/rendition.ts; `sha256` is NULL where none could be made. */
const RENDITIONS = `
CREATE TABLE rendition (
  asset INTEGER NOT NULL,
  key TEXT NOT NULL,
  sha256 BLOB,
  json TEXT NOT NULL,
  PRIMARY KEY (asset, key)
) STRICT;
CREATE INDEX rendition_sha256 ON rendition (sha256) WHERE sha256 IS NOT NULL;
`

/** Version 2 kept a tile, 3,072 bytes, which is read as the sketch it stands for, and no panels. */
const SKETCHES = `
ALTER TABLE asset RENAME COLUMN tile TO sketch;
ALTER TABLE asset ADD COLUMN panels TEXT NOT NULL DEFAULT '[]';
`

/** From each version to the next. */
export const CATALOGUE_STEPS: Readonly<Record<number, string>> = { 1: RENDITIONS, 2: SKETCHES }

/**
 * `row` names an asset inside the file and never changes; `sequence` does when it is superseded.
 * Sizes per asset, beside the text: sketch 4.5 KB, hashes 130 bytes, vectors 4 bytes a dimension.
 */
export const CATALOGUE_SCHEMA = `
CREATE TABLE asset (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  sequence INTEGER NOT NULL UNIQUE,
  superseded INTEGER NOT NULL,
  duplicate_of TEXT,
  level TEXT,
  bytes INTEGER NOT NULL,
  host TEXT NOT NULL,
  category TEXT,
  sha256 BLOB NOT NULL,
  pixels BLOB,
  thumbnail BLOB,
  pdq BLOB NOT NULL,
  pdq_quality REAL NOT NULL,
  json TEXT NOT NULL,
  sketch BLOB NOT NULL,
  panels TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX asset_sha256 ON asset (sha256) WHERE superseded = 0;
CREATE INDEX asset_pixels ON asset (pixels, sequence) WHERE superseded = 0 AND pixels IS NOT NULL;
CREATE INDEX asset_thumbnail ON asset (thumbnail, superseded, sequence) WHERE thumbnail IS NOT NULL;
CREATE INDEX asset_linked ON asset (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX asset_totals ON asset (superseded, level, bytes);

CREATE TABLE request (
  asset INTEGER NOT NULL,
  position INTEGER NOT NULL,
  request TEXT NOT NULL,
  PRIMARY KEY (asset, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX request_assets ON request (request, asset);

CREATE TABLE label (
  name TEXT NOT NULL,
  asset INTEGER NOT NULL,
  PRIMARY KEY (name, asset)
) STRICT, WITHOUT ROWID;

CREATE TABLE vector (
  asset INTEGER NOT NULL,
  space TEXT NOT NULL,
  f32 BLOB NOT NULL,
  PRIMARY KEY (asset, space)
) STRICT;
CREATE INDEX vector_space ON vector (space);

CREATE TABLE verdict (
  task TEXT PRIMARY KEY NOT NULL,
  request TEXT NOT NULL,
  url TEXT NOT NULL,
  thumbnail_url TEXT,
  page_url TEXT,
  outcome TEXT NOT NULL,
  reason TEXT,
  asset TEXT,
  evidence TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX verdict_request ON verdict (request);
CREATE INDEX verdict_url ON verdict (url);
CREATE INDEX verdict_thumbnail ON verdict (thumbnail_url) WHERE thumbnail_url IS NOT NULL;
CREATE INDEX verdict_page ON verdict (page_url) WHERE page_url IS NOT NULL;
CREATE INDEX verdict_asset ON verdict (asset) WHERE asset IS NOT NULL;

CREATE VIRTUAL TABLE words USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
);
${RENDITIONS}`
