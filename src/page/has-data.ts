/** Most elements have no `data-` attribute, and a look at their few names spares asking for dozens that they might have. */

const D = 0x64
const HYPHEN = 0x2d

/** Whether any attribute of an element begins with `data-`, or like it. */
export const hasData = (attribs: Readonly<Record<string, string>>): boolean => {
  for (const name in attribs) if (name.charCodeAt(0) === D && name.charCodeAt(4) === HYPHEN) return true
  return false
}
