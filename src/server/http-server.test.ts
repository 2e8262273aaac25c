import { setTimeout as pass } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createHttpServer } from './http-server.ts'

test('a server that ends answers those first whom it is about to answer, and waits for no other', async () => {
  const server = createHttpServer({ onTrouble: () => undefined })
  let begun: () => void = () => undefined
  const isBegun = new Promise<void>((resolve) => (begun = resolve))
  server.get('/soon', async () => {
    begun()
    await pass(100)
    return { done: true }
  })
  server.get('/never', () => new Promise(() => undefined))
  const url = await server.listen({ port: 0, host: '127.0.0.1' })
  const never = fetch(`${url}/never`).then(() => 'answered', () => 'cut off')
  const soon = fetch(`${url}/soon`).then(async (answer) => await answer.json() as unknown)
  await isBegun
  await server.close()
  expect([await soon, await never]).toEqual([{ done: true }, 'cut off'])
})
