/**
 * What a vision process does, as its caller sees it. Decoding and inference happen only there:
 * a hostile file can crash a native decoder, and the ONNX runtime blocks the thread it runs on.
 * The process keeps a decoded picture under a ticket until it is inferred or dropped, so that a
 * picture is decoded once; tickets die with the process and are then asked for again.
 */
import type { Body } from '../core/body.ts'
import type { Sha256 } from '../core/ids.ts'
import type { VeiledRendition } from '../core/rendition.ts'
import type { Look, Unseen } from '../image/look.ts'
import type { Unrendered } from '../image/render.ts'
import type { Sight } from '../models/pack.ts'

export interface LookItem {
  /** Chosen by the caller, unique in the process's life; names the decoded picture from then on. */
  readonly ticket: number
  readonly body: Body
  /** Keep what the models need of it. */
  readonly keep: boolean
}

/** A rendition that was made, on its way to its store. */
export interface Rendered {
  readonly ok: true
  readonly body: Body
  readonly bytes: number
  readonly sha256: Sha256
  readonly width: number
  readonly height: number
}

export interface VisionApi {
  /** In the order given. Never throws for what a file contains. */
  look(items: readonly LookItem[]): Promise<readonly (Look | Unseen)[]>
  /** One batch. Null for a ticket that is not known (any more). Every ticket is dropped afterwards. */
  infer(tickets: readonly number[]): Promise<readonly (Sight | null)[]>
  drop(tickets: readonly number[]): Promise<void>
  /** Reads the original from its body, which it leaves alone. Never throws for what a file contains; `data-missing` where a spooled one is gone. */
  render(original: Body, rendition: VeiledRendition): Promise<Rendered | Unrendered>
}

/** The pool's side: one picture at a time; batching, retries and dead processes are its business. */
export interface Seen {
  readonly look: Look | Unseen
  /** Runs the models. Rejects with `drained` after `release`. */
  infer(): Promise<Sight>
  /** Frees what is kept of the picture; safe to call more than once. */
  release(): void
}

export interface Vision {
  look(body: Body, options?: { readonly signal?: AbortSignal }): Promise<Seen>
  /** @param options `signal` aborts who waits; what is begun is finished */
  render(original: Body, rendition: VeiledRendition, options?: { readonly signal?: AbortSignal }): Promise<Rendered | Unrendered>
  close(): Promise<void>
}
