/** Numbers and dates in the texts of tables: what is read, and what people write in other ways. */

const INFINITE = /^[+-]?inf(inity)?$/i;

/** Whether a text that JavaScript reads as a number is a decimal one: not empty, not 0x10, 0o7 or 0b1. */
const isDecimal = (text: string): boolean => text !== "" && !/^0[xob]/i.test(text);

/** The finite number that a cell's text is; NaN for every other text, an infinity for one beyond all numbers. */
export function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isNaN(value)) return isDecimal(text) ? value : NaN;
  return INFINITE.test(text) ? Infinity : NaN;
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const OTHER_DATE =
  /^(\d{1,2}[./-]\d{1,2}[./-]\d{2,4}([T ,]+\S+)?|\d{4}[./-]\d{1,2}([./-]\d{1,2}([T ]\S+)?)?|\d{1,2}[ -]\p{L}{3,9}\.?[ -]\d{2,4}|\p{L}{3,9}\.? \d{1,2},? \d{4}|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?)$/iu;

const DAY = 86_400_000;

/** Days from 1970 to a date such as 2024-03-01 or 2024-03-01T10:30:00Z, in UTC unless it names a zone; else NaN. */
export function daysOf(text: string): number {
  if (!ISO_DATE.test(text)) return NaN;
  const [date, time = "00:00"] = text.replace(",", ".").split(/[T ]/) as [string, string?];
  const zone = /Z|[+-]\d{2}:?\d{2}$/.test(time) ? "" : "Z";
  const parsed = Date.parse(`${date}T${time.replace(/([+-]\d{2})(\d{2})$/, "$1:$2")}${zone}`);
  // 2024-02-30 would be the first of March.
  return new Date(`${date}T00:00Z`).getUTCDate() === Number(date.slice(8)) ? parsed / DAY : NaN;
}

/** Whether a text is a date or a time of day in some other form, such as 1/2/2024 or 10:30. */
export const isOtherDate = (text: string): boolean => OTHER_DATE.test(text);

/** What no eye sees: zero-width blanks and joiners, marks of direction and of byte order. */
const INVISIBLE = /[\u200b-\u200f\u2060\ufeff]/g;

/** A name or a class in one form: letters with accents may be written as one character or as two. */
export const oneForm = (text: string): string => text.normalize("NFC").replace(INVISIBLE, "");

/** The first of ten digits, of scripts that are met in tables: full-width, Arabic, Persian, Devanagari. */
const ZEROS = [0xff10, 0x0660, 0x06f0, 0x0966];
const CURRENCY =
  "(?:R|US|A|C|NZ|HK)?\\p{Sc}|(?:USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL|MXN|ZAR)";
const BEFORE = new RegExp(`^([+-]?)(?:${CURRENCY})`, "u");
const AFTER = new RegExp(`(?:${CURRENCY}|[%‰])$`, "u");
const THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
/** "1.250.000" and "1.250.000,5"; a single point is a decimal one. */
const POINTED = /^[+-]?\d{1,3}(\.\d{3}){2,}(,\d+)?$|^[+-]?\d{1,3}(\.\d{3})+,\d+$/;
const APOSTROPHES = /^[+-]?\d{1,3}(['’]\d{3})+([.,]\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

/** A number as people write it without what a machine does not need: blanks, signs of currency, other digits. */
function undressed(text: string): string {
  const ascii = text.replace(/\p{Nd}/gu, (digit) => {
    const zero = ZEROS.find((zero) => digit.codePointAt(0)! >= zero && digit.codePointAt(0)! < zero + 10);
    return zero === undefined ? digit : String(digit.codePointAt(0)! - zero);
  });
  const dense = ascii.replace(INVISIBLE, "").replace(/\s/g, "").replace(/^[−–]/, "-");
  return dense.replace(BEFORE, "$1").replace(AFTER, "");
}

/** How to write a number that people read and machines do not; undefined for any other text. */
export function numberAdvice(text: string): string | undefined {
  if (!/\p{Nd}/u.test(text) || isOtherDate(text)) return undefined;
  const bare = undressed(text);
  const such = (plain: string) => `write such numbers as ${plain}`;
  if (THOUSANDS.test(bare) && DECIMAL_COMMA.test(bare)) {
    return `write ${bare.replace(",", "")} if the comma groups thousands, ` +
      `${bare.replace(",", ".")} if it is a decimal comma`;
  }
  if (THOUSANDS.test(bare)) return such(bare.replaceAll(",", ""));
  if (POINTED.test(bare)) return such(bare.replaceAll(".", "").replace(",", "."));
  if (APOSTROPHES.test(bare)) return such(bare.replace(/['’]/g, "").replace(",", "."));
  if (DECIMAL_COMMA.test(bare)) return such(bare.replace(",", "."));
  return bare !== text && !Number.isNaN(numberOf(bare)) ? such(bare) : undefined;
}

/** Whether a text begins with a number, as in 5 kg, 3/4, 10-20, ~7, (12) and 0x1f. */
export const beginsWithNumber = (text: string): boolean => /^[^\p{L}\d\s]{0,2}\d/u.test(text);
