/** What a process that died wrote last, fit for a person: without what native libraries remark on every odd file. */

/** GLib's form (`(process:1): Domain-CRITICAL **: …`), which libvips' own warnings have, too. */
const REMARK = /^\([^:()]{1,40}:\d{1,10}\): [\w-]{1,40}-(?:WARNING|CRITICAL|Message) \*\*/i

/** @param written to standard error; empty lines and remarks are left out, unless there is nothing else */
export const lastWords = (written: string): string => {
  const lines = written.split('\n').filter((line) => line.trim() !== '')
  const said = lines.filter((line) => !REMARK.test(line.slice(0, 200)))
  return (said.length > 0 ? said : lines.slice(-1)).join('\n')
}
