/** Whose word on what a picture shows counts. */
import type { Label } from './asset.ts'

/** Signs what a person says. */
export const PERSON = 'person'

/** A head is trained again and again; what stands before its checksum stays. */
const purposeOf = (by: string): string => by.split('@')[0] as string

export const isPersons = (labels: readonly Label[]): boolean => labels.some(({ by }) => by === PERSON)

/**
 * A person's label stands alone: what models said is then known to be beside the point (the verdict's evidence keeps it). A head
 * replaces what heads of its name said before, and leaves the rest.
 * @returns null where a person has spoken, and it is not a person who speaks
 */
export const relabelled = (labels: readonly Label[], by: string, fresh: readonly Label[]): readonly Label[] | null => {
  if (by === PERSON) return fresh
  if (isPersons(labels)) return null
  return [...labels.filter((label) => purposeOf(label.by) !== purposeOf(by)), ...fresh]
}
