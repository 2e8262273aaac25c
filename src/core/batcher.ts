/**
 * Turns single calls into batches: what arrives while a batch is under way forms the next one
 * (group commit). A lone call waits for nothing; under load the batches grow by themselves.
 */
export const createBatcher = <Item, Result>(
  /** Answers in the order of the items. A rejection rejects every call of the batch. */
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: { readonly max: number },
): ((item: Item) => Promise<Result>) => {
  interface Waiting {
    readonly item: Item
    resolve(result: Result): void
    reject(error: unknown): void
  }
  let queue: Waiting[] = []
  let running = false

  const drain = async (): Promise<void> => {
    running = true
    // One turn of the loop lets calls made together travel together.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = queue.slice(0, options.max)
      queue = queue.slice(options.max)
      try {
        const results = await run(batch.map((waiting) => waiting.item))
        batch.forEach((waiting, at) => waiting.resolve(results[at] as Result))
      } catch (error) {
        for (const waiting of batch) waiting.reject(error)
      }
    }
    running = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject })
      if (!running) void drain()
    })
}
