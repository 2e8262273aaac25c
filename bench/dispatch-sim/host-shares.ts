/**
 * How much of all tasks is each host's: Zipf's law, but no host gets more than it can bear. The largest of 20,000
 * would have every seventh task; at one visit in half a second its queue alone would grow without end and be all
 * that a wait consists of, whatever is done to dispatch it.
 */

/**
 * Shares of hosts 1 … n in proportion to rank^-exponent, largest first. What the cap takes from the foremost is
 * spread over the others in proportion.
 * @param most largest share of one host, at least 1/n
 */
export const cappedZipf = (hosts: number, exponent: number, most: number): Float64Array => {
  const shares = Float64Array.from({ length: hosts }, (_, n) => (n + 1) ** -exponent)
  let rest = shares.reduce((sum, share) => sum + share, 0)
  let capped = 0
  const scale = (): number => (1 - capped * most) / rest
  while (capped < hosts && (shares[capped] as number) * scale() > most) rest -= shares[capped++] as number
  const factor = capped < hosts ? scale() : 0
  return shares.map((share, n) => (n < capped ? most : share * factor))
}
