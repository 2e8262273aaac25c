/** Search over what is stored. */
export { createSearch, type Search, type SearchAnswer, type SearchAsk, type SearchHit } from './search.ts'
