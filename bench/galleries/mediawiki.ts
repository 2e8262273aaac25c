/**
 * MediaWiki as Debian packs it: the pages of files, which show each in several sizes. Its galleries name no file larger
 * than the retina copies of their thumbnails, and so hold no pairs to look for.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, readdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Generator } from './generators.ts'
import type { GalleryPage } from './page.ts'
import { truthOf, type PageRules } from './truth.ts'

const run = promisify(execFile)
const HOME = '/usr/share/mediawiki'
const SCRIPT = path.join(import.meta.dirname, 'mediawiki.php')
const URL_OF_SITE = 'https://mediawiki.example'
const MAX_BYTES = 32 * 1024 * 1024

const FILE_PAGE: PageRules = {
  pairs: [{
    each: '#file',
    thumbnail: 'a > img@src | .mw-filepage-resolutioninfo > a@href',
    full: 'a@href',
    also: 'a > img@src | a > img@srcset:min | a > img@srcset:max | .mw-filepage-resolutioninfo > a@href | /.filehistory img@src',
  }],
  loose: [{ each: '#footer-icons img, .footer-icons img', files: '@src | @srcset:min | @srcset:max' }],
}
const SETTINGS = `
$wgEnableUploads = true; $wgUseImageMagick = false; $wgMaxImageArea = 1e8; $wgGenerateThumbnailOnParse = true; $wgMaxShellMemory = 0;
`

export const mediawiki: Generator = {
  name: 'mediawiki',
  needs: 'apt install mediawiki php-cli php-sqlite3 php-gd php-intl',
  version: async () => (existsSync(HOME) ? /\d+(?:\.\d+)+/.exec((await run('dpkg-query', ['-W', 'mediawiki'])).stdout)?.[0] ?? null : null),
  async build(photos, out) {
    const home = path.join(out, 'site')
    const php = async (...task: readonly string[]): Promise<string> => (await run('php', ['-d', 'memory_limit=1G', ...task], { cwd: home, maxBuffer: MAX_BYTES })).stdout
    await cp(HOME, home, { recursive: true, filter: (from) => !/\/usr\/share\/mediawiki\/(?:LocalSettings\.php|images|extensions|config)$/.test(from) })
    await rename(path.join(home, 'extensions-core'), path.join(home, 'extensions'))
    for (const folder of ['images', '../data']) await mkdir(path.join(home, folder), { recursive: true })
    await php('maintenance/install.php', '--dbtype', 'sqlite', '--dbpath', path.join(out, 'data'), '--dbname', 'wiki', '--server', URL_OF_SITE, '--scriptpath', '', '--pass', 'long-enough-not-to-matter', 'Photographs', 'Editor')
    await appendFile(path.join(home, 'LocalSettings.php'), SETTINGS)
    const [album = ''] = await readdir(photos)
    const names = await readdir(path.join(photos, album))
    await php('maintenance/importImages.php', path.join(photos, album))
    const pages: GalleryPage[] = []
    const add = async (gallery: string, title: string, rules: PageRules): Promise<void> => {
      const url = `${URL_OF_SITE}/index.php?title=${encodeURIComponent(title)}`
      const html = await php(SCRIPT, home, title)
      pages.push({ gallery, url, html, truth: truthOf(html, url, rules) })
    }
    for (const name of names) await add('mediawiki, pages of files', `File:${name[0]?.toUpperCase()}${name.slice(1)}`, FILE_PAGE)
    return pages
  },
}
