/** What may be written to a queue or a file: plain, serialisable data. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
