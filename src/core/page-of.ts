/** A listing is always a page with the cursor of the next one, never a whole array. */
export interface PageOf<Item> {
  readonly items: readonly Item[]
  /** Pass it as `after` for the next page; null at the end. */
  readonly next: string | null
}

/** Follows the cursors to the end, one page in memory at a time. */
export async function* pages<Item>(
  fetchPage: (after: string | null) => Promise<PageOf<Item>>,
): AsyncGenerator<Item> {
  let after: string | null = null
  do {
    const page: PageOf<Item> = await fetchPage(after)
    yield* page.items
    after = page.next
  } while (after !== null)
}
