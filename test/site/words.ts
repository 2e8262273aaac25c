/** What the site says about its pictures, in English, in Chinese, or not at all, as shops and albums do. */
import { pick, whole, type Random } from './random.ts'

export interface PictureWords {
  readonly alt: string | null
  readonly title: string | null
  readonly caption: string | null
  readonly category: string
  readonly language: 'en' | 'zh'
}

const THINGS: readonly (readonly [string, string])[] = [
  ['phone case', '手机壳'], ['teapot', '茶壶'], ['backpack', '双肩包'], ['running shoes', '跑鞋'],
  ['desk lamp', '台灯'], ['umbrella', '雨伞'], ['wool scarf', '羊毛围巾'], ['bicycle', '自行车'],
  ['armchair', '扶手椅'], ['wristwatch', '手表'], ['sunglasses', '太阳镜'], ['guitar', '吉他'],
  ['coffee mug', '咖啡杯'], ['harbour', '港口'], ['mountain lake', '高山湖泊'], ['old town', '老城区'],
  ['market stall', '集市摊位'], ['street cat', '流浪猫'], ['orchid', '兰花'], ['lantern', '灯笼'],
]
const COLOURS: readonly (readonly [string, string])[] = [
  ['red', '红色'], ['blue', '蓝色'], ['green', '绿色'], ['black', '黑色'],
  ['white', '白色'], ['yellow', '黄色'], ['purple', '紫色'], ['orange', '橙色'],
]
const TAILS: readonly (readonly [string, string])[] = [
  ['seen from above', '俯视图'], ['in the morning light', '晨光中'], ['with details', '细节图'],
  ['on a wooden table', '木桌上'], ['new this season', '新品上市'], ['& friends', '与朋友'],
]

/** @param label a known category, from a folder of real pictures; drawn ones get an invented one */
export const wordsOf = (random: Random, label: string | null): PictureWords => {
  const language = random() < 0.35 ? 'zh' : 'en'
  const zh = language === 'zh' ? 1 : 0
  const thing = pick(random, THINGS)
  const category = label ?? thing[zh]
  const name = zh ? `${pick(random, COLOURS)[1]}${category}` : `${pick(random, COLOURS)[0]} ${category}`
  const tail = pick(random, TAILS)[zh]
  const number = whole(random, 100, 999)
  return {
    alt: random() < 0.85 ? name : null,
    title: random() < 0.4 ? `${name} ${number}` : null,
    caption: random() < 0.5 ? (zh ? `${name}，${tail}` : `${name}, ${tail}`) : null,
    category,
    language,
  }
}
