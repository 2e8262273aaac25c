import { describe, expect, test } from 'vitest'
import { publishedTime } from './published-time.ts'

const DAY = '2024-05-01T00:00:00.000Z'

describe('for machines', () => {
  test.each<[string, string | null]>([
    ['2024-05-01', DAY],
    ['20240501', DAY],
    ['20240501T134500Z', '2024-05-01T13:45:00.000Z'],
    ['20240501T134500+0200', '2024-05-01T11:45:00.000Z'],
    ['2024-05-01 13:45:00 +0200', '2024-05-01T11:45:00.000Z'],
    ['2024-05-01T13:45+02', '2024-05-01T11:45:00.000Z'],
    ['2024-05-01T13:45:00.5-03:30', '2024-05-01T17:15:00.500Z'],
    ['2024-05-01T13:45:00+02:00[Europe/Paris]', '2024-05-01T11:45:00.000Z'],
    ['2024-05-01 13:45:00 UTC', '2024-05-01T13:45:00.000Z'],
    ['2024-05-01T13:45:00 EST', '2024-05-01T18:45:00.000Z'],
    ['Wed, 01 May 2024 13:45:00 GMT', '2024-05-01T13:45:00.000Z'],
    ['Wed, 1 May 2024 13:45:00 +0200', '2024-05-01T11:45:00.000Z'],
    ['1 May 2024 13:45 EDT', '2024-05-01T17:45:00.000Z'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
    ['Wed May 01 2024 13:45:00 GMT+0200 (Central European Summer Time)', '2024-05-01T11:45:00.000Z'],
    ['Wed May  1 13:45:00 CEST 2024', '2024-05-01T11:45:00.000Z'],
    ['1714567500', '2024-05-01T12:45:00.000Z'],
    ['1714567500.25', '2024-05-01T12:45:00.000Z'],
    ['1714567500000', '2024-05-01T12:45:00.000Z'],
  ])('%s', (text, expected) => {
    expect(publishedTime(text)).toBe(expected)
  })
})

describe('for people', () => {
  test.each<[string, string]>([
    ['2024/05/01', DAY],
    ['2024.5.1', DAY],
    ['2024/5/1 9:05', '2024-05-01T09:05:00.000Z'],
    ['May 1, 2024', DAY],
    ['May 1st, 2024', DAY],
    ['Posted 2024-05-01 at 1:45pm EDT', '2024-05-01T17:45:00.000Z'],
    ['am 1. Mai 2024 um 12:30 Uhr', '2024-05-01T12:30:00.000Z'],
    ['1. Mai 2024, 13.45 Uhr', '2024-05-01T13:45:00.000Z'],
    ['1.5.2024 klo 13.45', '2024-05-01T13:45:00.000Z'],
    ['1st of May 2024', DAY],
    ['1 May 2024', DAY],
    ['Wednesday, May 1, 2024 at 1:45 PM', '2024-05-01T13:45:00.000Z'],
    ['May 1, 2024 12:05 a.m. PST', '2024-05-01T08:05:00.000Z'],
    ['Published on 1 May 2024', DAY],
    ['1. Mai 2024', DAY],
    ['Mittwoch, 01. Mai 2024, 13:45 Uhr', '2024-05-01T13:45:00.000Z'],
    ['Mi., 1. Mai 2024 13:45 Uhr', '2024-05-01T13:45:00.000Z'],
    ['1er mai 2024', DAY],
    ['Publié le 1 mai 2024 à 13h45', '2024-05-01T13:45:00.000Z'],
    ['1 de mayo de 2024', DAY],
    ['1° maggio 2024', DAY],
    ['1 de maio de 2024', DAY],
    ['1 мая 2024 г.', DAY],
    ['14 fevrier 2024', '2024-02-14T00:00:00.000Z'],
    ['2024年5月1日', DAY],
    ['2024年5月1日 13:45', '2024-05-01T13:45:00.000Z'],
    ['２０２４年５月１日', DAY],
    ['2024年05月01日 下午1時45分', '2024-05-01T13:45:00.000Z'],
    ['2024년 5월 1일', DAY],
    ['2024년 5월 1일 오후 1시 45분', '2024-05-01T13:45:00.000Z'],
    ['2024年5月1日 13:45 JST', '2024-05-01T04:45:00.000Z'],
    ['01.05.2024', DAY],
    ['01.05.2024 - 13:45 Uhr', '2024-05-01T13:45:00.000Z'],
    ['25/12/2023', '2023-12-25T00:00:00.000Z'],
    ['12/25/2023', '2023-12-25T00:00:00.000Z'],
    ['05/05/2024', '2024-05-05T00:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(publishedTime(text)).toBe(expected)
  })
})

test.each<[string, string | null, string | null]>([
  ['03/04/2024', null, null],
  ['03/04/2024', 'en', null],
  ['03/04/2024', 'en-US', '2024-03-04T00:00:00.000Z'],
  ['03/04/2024', 'en-GB', '2024-04-03T00:00:00.000Z'],
  ['03/04/2024', 'fr-FR', '2024-04-03T00:00:00.000Z'],
  ['03/04/2024', 'de', '2024-04-03T00:00:00.000Z'],
  ['03/04/2024', 'den', null],
])('%s in %s', (text, language, expected) => {
  expect(publishedTime(text, language)).toBe(expected)
})

test.each([
  '', 'yesterday', '2 hours ago', '5', 'May 2024', '2024', 'May 1', '31 February 2024', '2023-02-29', '2024-13-01', '32/01/2024', 'May 2024 10:30',
  '1 May 2024 25:00', '2023–2024', 'May 1, 2023 – May 3, 2024', '1234567', '99999999', '$1,999.00', '12345678901234567890', 'PT5M', 'v1.2.3', '192.168.10.20',
  'the march of 10000 men', '0000-00-00', '９９９９年９９月９９日', '1 May 2024'.padEnd(200),
])('no date: %s', (text) => {
  expect(publishedTime(text)).toBeNull()
})

describe.each(['en-US', 'en-GB', 'de', 'de-AT', 'fr', 'es', 'it', 'pt-BR', 'pt-PT', 'ru', 'nl', 'da', 'sv', 'nb', 'pl', 'cs', 'uk', 'tr', 'ro', 'fi', 'id', 'zh', 'ja', 'ko'])('%s', (language) => {
  test.each(['long', 'medium'] as const)('every month, %s', (dateStyle) => {
    const format = new Intl.DateTimeFormat(language, { dateStyle, timeZone: 'UTC' })
    const wrong: string[] = []
    for (let month = 0; month < 12; month++) {
      for (const day of [2, 14, 28]) {
        const date = new Date(Date.UTC(2024, month, day))
        const text = format.format(date)
        if (publishedTime(text, language) !== date.toISOString()) wrong.push(text)
      }
    }
    expect(wrong).toEqual([])
  })
})

test('whatever comes takes no time', () => {
  const before = process.cpuUsage()
  for (const text of ['1'.repeat(120), '1 '.repeat(60), 'may '.repeat(30), '1/'.repeat(60), '2024年'.repeat(20), '('.repeat(120)]) {
    for (let i = 0; i < 200; i++) publishedTime(text, 'en-US')
  }
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000)
})
