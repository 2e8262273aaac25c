/** Names, among a picture's boxes and labels, of what is no class of a detector's or classifier's label set. */
export const FACE = 'face'
export const TEXT = 'text'
export const UNSAFE = 'unsafe'
