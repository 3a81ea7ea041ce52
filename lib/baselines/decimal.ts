const POWERS = Float64Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * The number that bytes `start` to `end` spell, such as `1` or `0.25`, read without making a string of them.
 *
 * @returns NaN for anything else: signs, exponents, nothing, more than 15 digits
 */
export function readDecimal(bytes: Uint8Array, start: number, end: number): number {
  let [value, digits, decimals] = [0, 0, -1];
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit >= 0 && digit <= 9) {
      value = 10 * value + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (bytes[i] === 0x2e && decimals < 0) decimals = 0;
    else return NaN;
  }
  if (digits === 0 || digits > 15) return NaN;
  return decimals > 0 ? value / POWERS[decimals]! : value;
}
