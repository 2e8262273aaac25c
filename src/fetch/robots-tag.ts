/**
 * X-Robots-Tag: what an answer's owner allows to be done with it. A part may be addressed to one
 * agent (`googlebot: noindex, noai`), and then holds for that agent to the end of its line. Of
 * directives that disagree the one that forbids holds.
 */
import { httpDate } from './http-date.ts'
import { productToken } from './robots-rules.ts'
import { headerOf, type ResponseHeaders } from './visit-layer.ts'

export interface RobotsTag {
  /** The picture, or the pictures of the page, are not to be taken. */
  readonly images: boolean
  /** The links of the page are not to be followed. */
  readonly nofollow: boolean
  /** The directive that says so; null when none does. */
  readonly directive: string | null
}

const NO_IMAGES = new Set(['noindex', 'none', 'noimageindex', 'noai', 'noimageai'])
/** That a feed or a sitemap is not to be found says nothing of what it lists: many content systems say so of all of theirs. */
const OF_LIST_ALONE = new Set(['noindex', 'none'])
const NO_FOLLOW = new Set(['nofollow', 'none'])
const UNAVAILABLE = 'unavailable_after'
/** Directives that bear a value: their colon names no agent. */
const WITH_VALUE = new Set([UNAVAILABLE, 'max-snippet', 'max-image-preview', 'max-video-preview'])
/** A date's comma comes after the day of the week, and parts nothing. */
const ENDS_IN_WEEKDAY = /unavailable_after\s*:\s*(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\s*$/i

/** The parts between the commas of a line, dates kept whole. */
const partsOf = (line: string): readonly string[] => {
  const parts: string[] = []
  for (const part of line.split(/[,;]/)) {
    const last = parts.at(-1)
    if (last !== undefined && ENDS_IN_WEEKDAY.test(last.slice(-60))) parts[parts.length - 1] = `${last},${part}`
    else parts.push(part)
  }
  return parts
}

/**
 * @param value of the header; an array when it came more than once
 * @param agent product token or whole User-Agent
 * @param now milliseconds since the epoch, against which `unavailable_after` is read
 * @param isList whether it came with a list of pages (a feed, a sitemap), not with a page or a picture
 */
export const readRobotsTag = (value: string | readonly string[], agent: string, now: number, isList = false): RobotsTag => {
  const token = productToken(agent)
  let images: string | null = null
  let nofollow: string | null = null
  for (const line of typeof value === 'string' ? [value] : value) {
    let mine = true
    for (const part of partsOf(line)) {
      let rest = part.trim().toLowerCase()
      for (let colon = rest.indexOf(':'); colon >= 0; colon = rest.indexOf(':')) {
        const name = rest.slice(0, colon).trim()
        if (WITH_VALUE.has(name)) {
          const end = name === UNAVAILABLE && mine ? httpDate(rest.slice(colon + 1).trim()) : null
          if (end !== null && end <= now) images ??= UNAVAILABLE
          rest = ''
          break
        }
        const addressee = productToken(name)
        if (name === '*' || addressee !== '') mine = name === '*' || addressee === token
        rest = rest.slice(colon + 1).trim()
      }
      if (!mine) continue
      for (const word of rest.split(/\s+/)) {
        if (NO_IMAGES.has(word) && !(isList && OF_LIST_ALONE.has(word))) images ??= word
        if (NO_FOLLOW.has(word)) nofollow ??= word
      }
    }
  }
  return { images: images !== null, nofollow: nofollow !== null, directive: images ?? nofollow }
}

/** Whether text and data mining is reserved (TDMRep, W3C community group report of 2024), which a data set of pictures is. */
export const reservesMining = (headers: ResponseHeaders): boolean => headerOf(headers, 'tdm-reservation')?.trim() === '1'
