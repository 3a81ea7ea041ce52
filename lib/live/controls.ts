/** What a panel lets a reader change: sliders and choices of hyperparameters. */
import { UserError } from "../errors.ts";
import { checkNames, checkOption, type OptionTable } from "../options.ts";

/** A slider between two ends, over steps of the same size or of the same ratio. */
export interface Slider {
  least: number;
  most: number;
  /** Of the slider; whole numbers unless given, for a logarithmic one a twentieth of the way. */
  step?: number;
  log?: boolean;
}

/** Values to choose from, or a slider. */
export type Control = readonly (number | string | boolean)[] | Slider;

/** A slider over equal steps, of 1 unless given. */
export const range = (least: number, most: number, step = 1): Slider => ({ least, most, step });

/** A slider over equal ratios, for learning rates and their like. */
export const log = (least: number, most: number): Slider => ({ least, most, log: true });

export type DrawnControl =
  & { name: string; about: string; value: unknown }
  & ({ choices: (number | string | boolean)[] } | Slider);

/**
 * Controls with their names checked, and every value that they can give.
 *
 * @param defaults the values at the start; those outside of a list of choices are added to it
 * @throws UserError for a name that is no option, and a value out of its range
 */
export function drawnControls(
  controls: Record<string, Control>,
  table: OptionTable,
  defaults: Record<string, unknown>,
): DrawnControl[] {
  checkNames(controls, Object.keys(table), "panel");
  return Object.entries(controls).map(([name, control]) => {
    const option = table[name]!;
    const isSlider = !Array.isArray(control);
    const slider = control as Slider;
    if (isSlider && !(slider.least < slider.most)) {
      throw new UserError(
        `panel: ${name}: expected a list of values, or a slider from a lesser to a greater number`,
      );
    }
    const values = isSlider
      ? [slider.least, slider.most]
      : [...control as readonly (number | string | boolean)[]];
    if (values.length === 0) throw new UserError(`panel: ${name}: expected at least one value`);
    for (const value of values) checkOption(name, option, value);
    const value = defaults[name] ?? values[0];
    const common = { name, about: option.about, value };
    if (isSlider) return { ...common, ...slider };
    const choices = values.includes(value as number) ? values : [value as number, ...values];
    return {
      ...common,
      choices: choices.every((one) => typeof one === "number") ? choices.toSorted((a, b) => a - b) : choices,
    };
  });
}
