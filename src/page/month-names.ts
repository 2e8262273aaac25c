/**
 * The names of months in the languages that date most of the web, in full and short, in the forms that
 * stand beside a day. One line a month; a language is a word in each. English, German, French, Spanish,
 * Italian, Portuguese, Russian, Dutch, Danish, Swedish, Norwegian, Polish, Czech, Ukrainian, Turkish,
 * Romanian, Finnish, Indonesian.
 */
const NAMES: readonly string[] = [
  'january jan januar jän jänner januari janvier janv enero ene gennaio gen janeiro января янв январь janvar januára stycznia sty ledna led січня січ ocak oca ianuarie ian tammikuuta tammik',
  'february feb februar februari février févr fév febrero febbraio fevereiro fev февраля февр фев февраль lutego lut února úno лютого лют şubat şub februarie helmikuuta helmik',
  'march mar mär märz mrz maart mrt mars marzo março марта мар март marts marca března bře березня бер mart martie maaliskuuta maalisk maret',
  'april apr avril avr abril abr aprile апреля апр апрель kwietnia kwi dubna dub квітня квіт nisan nis aprilie huhtikuuta huhtik',
  'may mai mayo maggio mag maio мая май mei maj maja května kvě травня трав mayıs toukokuuta toukok',
  'june jun juni juin junio giugno giu junho июня июн июнь czerwca cze června чер червня черв haziran haz iunie iun kesäkuuta kesäk',
  'july jul juli juillet juil julio luglio lug julho июля июл июль lipca lip července чвц липня лип temmuz tem iulie iul heinäkuuta heinäk',
  'august aug août agosto ago augustus августа авг август augusti sierpnia sie srpna srp серпня серп ağustos ağu elokuuta elok agustus agu agt',
  'september sep sept septembre septiembre settembre set setembro сентября сент сен сентябрь września wrz září zář вересня вер eylül eyl septembrie syyskuuta syysk',
  'october oct oktober okt octobre octubre ottobre ott outubro out октября окт октябрь października paź října říj жовтня жовт ekim eki octombrie lokakuuta lokak',
  'november nov novembre noviembre novembro ноября нояб ноя ноябрь listopada lis listopadu листопада лист kasım kas noiembrie noi marraskuuta marrask nopember',
  'december dec dez dezember décembre déc diciembre dic dicembre dezembro декабря дек декабрь desember des grudnia gru prosince pro грудня груд aralık ara decembrie joulukuuta jouluk',
]

const MARKS = /\p{M}/gu
/** Without accents, which many leave out. */
const bare = (word: string): string => word.normalize('NFD').replace(MARKS, '')

const MONTHS: ReadonlyMap<string, number> = new Map(
  NAMES.flatMap((names, index) => names.split(' ').flatMap((name): [string, number][] => [[name, index + 1], [bare(name), index + 1]])),
)

/** 1 to 12 for the name of a month in lower case; null for other words. */
export const monthOf = (word: string): number | null => MONTHS.get(word) ?? MONTHS.get(bare(word)) ?? null
