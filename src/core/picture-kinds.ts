/** What sort of picture one is, whatever it shows. */
export const PICTURE_KINDS = ['photograph', 'product', 'illustration', 'icon', 'banner', 'screenshot', 'placeholder'] as const

/**
 * `product`: photographed on plain ground; `icon`: a logo too; `banner`: an advert too; `screenshot`: a page of text too;
 * `placeholder`: what stands where a picture is missing, an empty gradient too.
 */
export type PictureKind = (typeof PICTURE_KINDS)[number]
