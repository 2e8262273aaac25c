/** Brings the demo pages and works out the truth about each. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { DEMO_PACKAGES } from './demo-pages.ts'
import { packageFolder } from './packages.ts'
import type { Brought, GalleryPage } from './page.ts'
import { truthOf } from './truth.ts'

/** @param cache folder that keeps what was brought */
export const demoGalleries = async (cache: string): Promise<Brought> => {
  const pages: GalleryPage[] = []
  const leftOut: string[] = []
  for (const { name, version, pages: rules } of DEMO_PACKAGES) {
    const folder = await packageFolder(cache, name, version)
    if (folder === null) {
      leftOut.push(`${name} ${version}: not to be had from the registry`)
      continue
    }
    for (const [page, rule] of Object.entries(rules)) {
      const url = `https://demos.example/${name}/${page}`
      const html = await readFile(path.join(folder, page), 'utf8')
      pages.push({ gallery: name, url, html, truth: truthOf(html, url, rule) })
    }
  }
  return { pages, leftOut }
}
