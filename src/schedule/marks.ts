/**
 * When tasks arrived, without a byte on any of them: marks, each a sequence and a time. The tasks up to a mark's sequence,
 * from the mark before on, arrived at its time or within a second of it. There are at most 512: when there are more, every
 * second one of the older half goes, so that marks lie the farther apart the older they are (the tasks of one that goes
 * count as arrived with those of the next).
 */

/** Least time between two marks. */
export const MARK_MS = 1_000
export const MOST_MARKS = 512
