/** A real web server on the loopback that serves a folder as fast as the machine allows and writes down when it was asked. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export interface Nginx {
  /** Ends in a slash. */
  readonly url: string
  /** Requests answered so far. */
  requests(): Promise<number>
  /** What the log holds from now on is told by the function returned: the first answer's time, in ms since 1970. */
  mark(): Promise<() => Promise<number | null>>
  close(): Promise<void>
}

/** Debian's lies where only root's PATH looks. */
const findNginx = (): string => {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']
  const found = folders.map((folder) => path.join(folder, 'nginx')).find((file) => existsSync(file))
  if (found === undefined) throw new Error('nginx is not installed: this benchmark needs it as its web server (Debian: apt-get install nginx-light)')
  return found
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

export interface NginxOptions {
  /** Connections at a time; default 512. */
  readonly connections?: number
  /** Of the server block, besides. */
  readonly directives?: string
}

const configOf = (root: string, port: number, { connections = 512, directives = '' }: NginxOptions): string => `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
error_log error.log;
pid nginx.pid;
events { worker_connections ${connections}; }
http {
  log_format times '$msec';
  access_log access.log times buffer=32k flush=50ms;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  types { image/jpeg jpg; text/plain txt; }
  sendfile on; tcp_nopush on; keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port};
    root ${JSON.stringify(root)};
    ${directives}
    location = /__status { stub_status; access_log off; }
  }
}
`

/** @param root folder served; no robots.txt there means that everything may be fetched */
export const startNginx = async (root: string, options: NginxOptions = {}): Promise<Nginx> => {
  const program = findNginx()
  const home = await mkdtemp(path.join(tmpdir(), 'gannet-bench-nginx-'))
  const port = await freePort()
  const log = path.join(home, 'access.log')
  await writeFile(path.join(home, 'nginx.conf'), configOf(root, port, options))
  const child = spawn(program, ['-p', `${home}/`, '-e', 'error.log', '-c', 'nginx.conf'], { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  let gone = false
  void exited.then(() => (gone = true))
  while (!(await answers(port))) {
    if (gone) throw new Error(`nginx did not start: ${await readFile(path.join(home, 'error.log'), 'utf8').catch(() => 'it left no log')}`)
    await wait(10)
  }
  return {
    url: `http://127.0.0.1:${port}/`,
    async requests() {
      // Asked by node:http on a connection of its own; the questions themselves count too.
      const text = await (await fetch(`http://127.0.0.1:${port}/__status`)).text()
      return Number(/accepts handled requests\s+\d+ \d+ (\d+)/.exec(text)?.[1] ?? 0)
    },
    async mark() {
      await wait(100)
      const from = (await stat(log)).size
      return async () => {
        await wait(100)
        const file = await open(log)
        try {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, from)
          const line = buffer.subarray(0, bytesRead).toString().split('\n')[0]
          return line ? Number(line) * 1000 : null
        } finally {
          await file.close()
        }
      }
    },
    async close() {
      child.kill('SIGTERM')
      await exited
      await rm(home, { recursive: true, force: true })
    },
  }
}
