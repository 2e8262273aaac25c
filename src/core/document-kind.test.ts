import { describe, expect, it } from 'vitest'
import { firstElement, listKind } from './document-kind.ts'

describe('what a text is, by how it begins', () => {
  it.each<[string, string | null, 'feed' | 'sitemap' | null]>([
    ['<rss version="2.0">', 'text/html', 'feed'],
    ['\uFEFF \n<?xml version="1.0"?><!-- <html> --><feed xmlns="http://www.w3.org/2005/Atom">', null, 'feed'],
    ['<!DOCTYPE rss [<!ENTITY a "<html>"> <!ENTITY b "c">]><rss>', 'text/xml', 'feed'],
    ['<rdf:RDF xmlns="http://purl.org/rss/1.0/">', null, 'feed'],
    ['<rdf:RDF xmlns:foaf="http://xmlns.com/foaf/0.1/">', 'application/xml', null],
    [`<!-- ${'x'.repeat(20_000)} --><rss>`, 'application/rss+xml', 'feed'],
    ['<s:urlset xmlns:s="x">', 'text/plain', 'sitemap'],
    ['<sitemapindex>', null, 'sitemap'],
    ['{"version":"https://jsonfeed.org/version/1.1"}', 'application/json', 'feed'],
    ['{ "title": "x", "version" : "https:\\/\\/jsonfeed.org\\/version\\/1" }', null, 'feed'],
    ['{"items":[]}', 'application/feed+json; charset=utf-8', 'feed'],
    ['{"version":"1.1"}', 'application/json', null],
    ['https://a.example/1\r\nhttp://a.example/2', 'text/plain', 'sitemap'],
    [`${'https://a.example/page\n'.repeat(300)}https://a.exam ple`, 'text/plain', 'sitemap'],
    ['https://a.example/1\nand words', 'text/plain', null],
    ['https://a.example/1', 'text/html', null],
    ['<!doctype html><rss>', 'application/rss+xml', null],
    ['<html><body>', 'application/xml', null],
    ['<svg><rss/></svg>', null, null],
    ['', null, null],
    ['<', null, null],
  ])('%s as %s', (text, type, kind) => {
    expect(listKind(text, type)).toBe(kind)
  })
})

it('the first element, however much is written before it', () => {
  expect(firstElement('<?a?><?b?>\n<!-- <c> --><!DOCTYPE d><x:E f="g"/>')).toBe('e')
  for (const text of ['', 'words', '<', '<!--', '<?', '<!DOCTYPE x [', '<1>']) expect(firstElement(text), text).toBeNull()
  const start = process.cpuUsage()
  firstElement('<!---->'.repeat(200_000))
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000)
})
