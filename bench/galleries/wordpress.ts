/** WordPress as Debian packs it, with a database of its own for as long as it takes to write and render posts. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Generator } from './generators.ts'
import type { GalleryPage } from './page.ts'
import type { Truth } from './truth.ts'

const run = promisify(execFile)
const HOME = '/usr/share/wordpress'
const THEMES = '/var/lib/wordpress/wp-content/themes'
const SCRIPT = path.join(import.meta.dirname, 'wordpress.php')
const URL_OF_SITE = 'https://wordpress.example'
const MAX_BYTES = 32 * 1024 * 1024
const STARTS = 100
const BETWEEN_STARTS_MS = 200

interface Post {
  readonly id: number
  readonly title: string
  readonly pairs: Truth['pairs']
  readonly singles: readonly string[]
}

const startDatabase = async (folder: string): Promise<{ server: ChildProcess; socket: string }> => {
  const data = path.join(folder, 'data')
  const socket = path.join(folder, 'socket')
  await run('mariadb-install-db', ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'])
  const server = spawn('mariadbd', ['--no-defaults', `--datadir=${data}`, `--socket=${socket}`, '--skip-networking', ...(process.getuid?.() === 0 ? ['--user=root'] : [])], { stdio: 'ignore' })
  for (let start = 0; start < STARTS; start++) {
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_STARTS_MS))
    const up = await run('mariadb', ['--no-defaults', `--socket=${socket}`, '-uroot', '-e', 'create database if not exists wordpress']).then(() => true, () => false)
    if (up) return { server, socket }
  }
  server.kill()
  throw new Error('the database did not start')
}

const writeConfig = (home: string, socket: string): Promise<void> => writeFile(path.join(home, 'wp-config.php'), `<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:${socket}');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', ''); define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true);
define('WP_HOME', '${URL_OF_SITE}'); define('WP_SITEURL', '${URL_OF_SITE}'); define('WP_CONTENT_URL', '${URL_OF_SITE}/wp-content'); define('WP_MEMORY_LIMIT', '512M');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require ABSPATH . 'wp-settings.php';
`)

export const wordpress: Generator = {
  name: 'wordpress',
  needs: 'apt install wordpress wordpress-theme-twentytwentyone wordpress-theme-twentytwentythree mariadb-server php-cli php-mysql php-gd',
  version: async () => (existsSync(HOME) && existsSync(THEMES) ? /\d+(?:\.\d+)+/.exec((await run('dpkg-query', ['-W', 'wordpress'])).stdout)?.[0] ?? null : null),
  async build(photos, out) {
    const home = path.join(out, 'site')
    await cp(HOME, home, { recursive: true, dereference: false, filter: (from) => !/\.htaccess$|wp-content$|wp-config\.php$/.test(from) })
    await mkdir(path.join(home, 'wp-content'), { recursive: true })
    await cp(THEMES, path.join(home, 'wp-content/themes'), { recursive: true, dereference: true })
    // Unix sockets have short paths.
    const folder = await mkdtemp(path.join(tmpdir(), 'wp-'))
    const { server, socket } = await startDatabase(folder)
    const php = async (...task: readonly string[]): Promise<string> =>
      (await run('php', ['-d', 'memory_limit=1G', '-d', 'display_errors=0', SCRIPT, home, ...task], { maxBuffer: MAX_BYTES })).stdout
    try {
      await writeConfig(home, socket)
      const posts = JSON.parse((await php('set-up', photos)).split('\n').at(-1) ?? '') as readonly Post[]
      const pages: GalleryPage[] = []
      for (const theme of ['twentytwentyone', 'twentytwentythree']) {
        await php('theme', theme)
        for (const { id, title, pairs, singles } of posts) {
          pages.push({ gallery: `wordpress, ${title}`, url: `${URL_OF_SITE}/?p=${id}`, html: await php('render', String(id)), truth: { pairs, singles, loose: [] } })
        }
      }
      return pages
    } finally {
      server.kill()
      await once(server, 'exit')
      await rm(folder, { recursive: true, force: true })
    }
  },
}
