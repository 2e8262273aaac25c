import { expect, it } from 'vitest'
import { pageIdentity } from './page-identity.ts'

it.each([
  ['http://a/list?page=2', 'http://a/list?page=2'],
  ['http://a/list?utm_source=x&page=2&utm_campaign=y&gclid=z', 'http://a/list?page=2'],
  ['http://a/list?b=1&a=2&&c', 'http://a/list?b=1&a=2&&c'],
  ['http://a/?fbclid=IwAR0', 'http://a/'],
  ['http://a/?', 'http://a/'],
  ['http://a/p;jsessionid=0A1B2C3D?x=1', 'http://a/p?x=1'],
  ['http://a/p;color=red/q', 'http://a/p;color=red/q'],
  ['http://a/p.php?PHPSESSID=abc&id=3', 'http://a/p.php?id=3'],
  ['http://a/p?sid=d41d8cd98f00b204e9800998ecf8427e&id=3', 'http://a/p?id=3'],
  ['http://a/article.php?sid=4711', 'http://a/article.php?sid=4711'],
  ['http://a/search?s=cats', 'http://a/search?s=cats'],
  ['http://a/app/(S(abcdefghij0123456789abcd))/list.aspx', 'http://a/app/list.aspx'],
  ['http://a/%7Ex?q=%2f&ASPSESSIONIDQABC=XYZ', 'http://a/%7Ex?q=%2f'],
])('%s is %s', (url, identity) => {
  expect(pageIdentity(url)).toBe(identity)
  expect(pageIdentity(identity)).toBe(identity)
})
