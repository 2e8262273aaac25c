/**
 * Asks for the rest of a large body that was cut off (Range and If-Range, RFC 9110 §14), instead
 * of for all of it again. Each request is made under leave of its own and within the time of the
 * visit. Parts of different files are never joined: when anything does not fit, the whole is
 * fetched anew, once.
 */
import { PART_BYTES, type Answer, type Hop, type Layer, type Next, type PartialBody } from '../visit-layer.ts'

/** A connection that breaks more often than this is left to a later visit; so is one that so often brought next to nothing. */
const MAX_RESUMES = 32
const MAX_FRUITLESS = 3

const carryOn = async (next: Next, hop: Hop, partial: PartialBody): Promise<Answer> => {
  const headers = { ...hop.headers, range: `bytes=${partial.sink.size}-`, 'if-range': partial.validator }
  try {
    return await next({ ...hop, headers, partial })
  } catch (error) {
    await partial.sink.discard()
    throw error
  }
}

export const resume: Layer = (next) => async (hop) => {
  let answer = await next(hop)
  let fruitless = 0
  for (let tries = 0; tries < MAX_RESUMES && fruitless < MAX_FRUITLESS && !answer.ok && answer.partial; tries++) {
    const { sink } = answer.partial
    const before = sink.size
    answer = await carryOn(next, hop, answer.partial)
    if (!answer.ok && answer.restart) return whole(await next(hop))
    if (sink.size - before < PART_BYTES) fruitless++
  }
  return whole(answer)
}

/** What is not carried on any more is thrown away. */
const whole = async (answer: Answer): Promise<Answer> => {
  if (answer.ok || !answer.partial) return answer
  const { partial, ...rest } = answer
  await partial.sink.discard()
  return rest
}
