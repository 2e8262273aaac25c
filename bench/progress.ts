/** One line on stderr that counts; nothing where stderr is not a terminal, but for the last one. */
export const progress = (what: string): ((done: number, of: number) => void) => {
  let told = 0
  return (done, of) => {
    if (done !== of && (!process.stderr.isTTY || Date.now() - told < 200)) return
    told = Date.now()
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}  ${what}: ${done} of ${of}${done === of ? '\n' : ''}`)
  }
}
