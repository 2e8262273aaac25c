/** MediaWiki as Debian packs it. */
import type { Generator } from './generators.ts'

export const mediawiki: Generator = {
  name: 'mediawiki',
  needs: 'apt install mediawiki php-cli php-sqlite3',
  version: async () => null,
  build: async () => [],
}
