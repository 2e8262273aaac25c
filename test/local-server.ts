/** A real HTTP or TCP server on a loopback address for one test file, closed with everything on it. */
import http from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'

export interface LocalServer {
  /** `http://127.0.0.1:54321`, without a trailing slash. */
  readonly origin: string
  readonly port: number
  close(): Promise<void>
}

const listen = (server: net.Server, host: string, port: number, end: () => void): Promise<LocalServer> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const { port } = server.address() as AddressInfo
      resolve({
        origin: `http://${host}:${port}`,
        port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            end()
          }),
      })
    })
  })

/** @param host any 127.0.0.0/8 address: two of them are two hosts */
export const serveHttp = (handler: http.RequestListener, host = '127.0.0.1', port = 0): Promise<LocalServer> => {
  const server = http.createServer(handler)
  return listen(server, host, port, () => server.closeAllConnections())
}

/** For answers that no HTTP library would send. */
export const serveTcp = (onSocket: (socket: net.Socket) => void, host = '127.0.0.1'): Promise<LocalServer> => {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // The other side breaks off whenever it likes: that is what is tested.
    socket.on('error', () => socket.destroy())
    onSocket(socket)
  })
  return listen(server, host, 0, () => {
    for (const socket of sockets) socket.destroy()
  })
}
