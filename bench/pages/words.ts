/** What every generated page is made of: words, names, style sheets and scripts of about the weight that pages on the web have. */
import { pick, whole, type Random } from '../../test/site/random.ts'

const STOCK = (
  'the of and a to in is was for on as with by at from that it are this be or an which have has not were but ' +
  'their more can one also its into when after about time first new other some only over years most people made ' +
  'between two through where under many such before these then water light garden stone river window morning ' +
  'mountain harbour bridge winter summer market street paper colour machine history country building children ' +
  'music kitchen journey weather station village forest island festival photograph exhibition restaurant recipe'
).split(' ')

const FAR = ['café', 'naïve', 'Zürich', 'señor', 'œuvre', '東京', 'Москва', '“quoted”', '—', '…']

/** Prose of `count` words; one in `farEvery` lies outside ASCII (0: none). */
export const prose = (random: Random, count: number, farEvery = 0): string => {
  let text = ''
  for (let i = 0; i < count; i++) {
    const word = farEvery > 0 && i % farEvery === farEvery - 1 ? pick(random, FAR) : pick(random, STOCK)
    text += i === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : i % 13 === 12 ? `, ${word}` : ` ${word}`
  }
  return `${text}.`
}

export const title = (random: Random): string => prose(random, whole(random, 3, 8)).slice(0, -1)
export const slug = (random: Random): string => `${pick(random, STOCK)}-${pick(random, STOCK)}-${whole(random, 1000, 999_999)}`
export const token = (random: Random): string => whole(random, 0x1000_0000, 0xffff_ffff).toString(16)

/** Class names as frameworks write them, several an element. */
export const classes = (random: Random, of: string): string =>
  `${of} ${of}--${pick(random, STOCK)} u-mt-${whole(random, 0, 9)} css-${token(random).slice(0, 6)}`

/** Minified rules. @param bytes about */
export const styleSheet = (random: Random, bytes: number): string => {
  let text = ''
  while (text.length < bytes) {
    const name = pick(random, STOCK)
    text += `.${name}-${token(random).slice(0, 4)}>.${name}__item:not(:last-child){display:flex;margin:0 ${whole(random, 0, 40)}px;` +
      `color:#${token(random).slice(0, 6)};transition:opacity .${whole(random, 1, 9)}s ease}@media (min-width:${whole(random, 400, 1400)}px){.${name}{width:${whole(random, 10, 100)}%}}`
    if (random() < 0.02) text += `.icon-${name}{background:url("/static/icons/${name}.svg") no-repeat}`
  }
  return text
}

/** Minified code of an analytics or loader script. @param bytes about */
export const script = (random: Random, bytes: number): string => {
  let text = '!function(e,t){"use strict";'
  while (text.length < bytes) {
    const name = `_${token(random).slice(0, 3)}`
    text += `function ${name}(e,t){if(e.length<${whole(random, 1, 99)}&&t!==null){var n=t["${pick(random, STOCK)}"]||[];` +
      `for(var r=0;r<n.length;r++)e.push({id:"${token(random)}",on:!${whole(random, 0, 1)},v:n[r]})}return e}window.${name}=${name};`
  }
  return `${text}}(window,document);`
}
