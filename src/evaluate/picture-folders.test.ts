import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBoxedFolder, readClassedFolder, readLabelledFolder } from './picture-folders.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gannet-folders-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const lay = async (files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(dir, name, '..'), { recursive: true })
    await writeFile(join(dir, name), text)
  }
}

describe('a folder of boxes', () => {
  it('gives each picture its rows, none where it has no file of them', async () => {
    await lay({
      'data.yaml': 'names: [cat, dog]', 'images/b.PNG': '', 'images/a.jpg': '', 'images/notes.txt': '',
      'labels/a.txt': '1 0.5 0.5 0.2 0.1\n\n0 0 0 1 1\n', 'labels/other.txt': 'no matter',
    })
    const { names, pictures } = await readBoxedFolder(dir)
    expect([...names]).toEqual([[0, 'cat'], [1, 'dog']])
    expect(pictures).toEqual([
      { path: join(dir, 'images/a.jpg'), rows: [[1, 0.5, 0.5, 0.2, 0.1], [0, 0, 0, 1, 1]] }, { path: join(dir, 'images/b.PNG'), rows: [] },
    ])
  })

  it.each([
    ['is not there', {}, /is no folder of boxes/],
    ['has no names', { 'classes.yaml': 'path: .', 'images/a.jpg': '', 'labels/a.txt': '' }, /has no names/],
    ['has a row that is none', { 'classes.yaml': 'names: {0: cat}', 'images/a.jpg': '', 'labels/a.txt': '0 0.5 x 0.1 0.1' }, /a\.txt, line 1: five numbers/],
  ])('that %s is told of', async (_what, files, words) => {
    await lay(files)
    await expect(readBoxedFolder(dir)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(words) })
  })
})

describe('a folder of classes', () => {
  it('is a folder each, or a picture each in the order of the classes', async () => {
    await lay({ 'cat/1.jpg': '', 'cat/2.webp': '', 'dog/1.jpg': '', 'dog/readme.md': '' })
    expect(await readClassedFolder(dir, ['dog', 'cat'])).toEqual([
      { path: join(dir, 'cat/1.jpg'), label: 'cat' }, { path: join(dir, 'cat/2.webp'), label: 'cat' }, { path: join(dir, 'dog/1.jpg'), label: 'dog' },
    ])
    await expect(readClassedFolder(dir, ['dog'])).rejects.toMatchObject({ message: expect.stringContaining('named like no class of the model (cat)') })
    await rm(dir, { recursive: true })
    await lay({ 'n02.jpg': '', 'n01.jpg': '' })
    expect((await readClassedFolder(dir, ['tench', 'goldfish'])).map(({ path, label }) => [path.slice(-7), label])).toEqual([['n01.jpg', 'tench'], ['n02.jpg', 'goldfish']])
    await expect(readClassedFolder(dir, ['tench'])).rejects.toMatchObject({ message: expect.stringContaining('2 pictures and no folders') })
    await expect(readClassedFolder(join(dir, 'none'), ['tench'])).rejects.toMatchObject({ message: expect.stringContaining('cannot be read') })
  })
})

describe('a folder of labels', () => {
  it('is a folder each, whatever they are called; links are followed, what is hidden is not', async () => {
    await lay({ 'all/cat/1.jpg': '', 'all/狗/1.png': '', 'all/狗/notes.txt': '', 'all/.cache/1.jpg': '', 'all/loose.jpg': '', 'elsewhere/2.jpg': '' })
    await symlink(join(dir, 'elsewhere/2.jpg'), join(dir, 'all/cat/2.jpg'))
    await symlink(join(dir, 'elsewhere'), join(dir, 'all/owl'))
    await symlink(join(dir, 'nowhere'), join(dir, 'all/gone'))
    expect((await readLabelledFolder(join(dir, 'all'))).map(({ path, label }) => [label, path.slice(path.lastIndexOf('/') + 1)])).toEqual([
      ['cat', '1.jpg'], ['cat', '2.jpg'], ['owl', '2.jpg'], ['狗', '1.png'],
    ])
    await expect(readLabelledFolder(join(dir, 'elsewhere'))).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('has no folders') })
    await expect(readLabelledFolder(join(dir, 'nowhere'))).rejects.toMatchObject({ message: expect.stringContaining('cannot be read') })
  })
})
