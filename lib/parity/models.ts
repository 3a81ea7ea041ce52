import { scalar } from "@tensorflow/tfjs-core";
import type * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import { declareTableModel } from "../models/table/model.ts";
import { valueAndGradients } from "../train/gradients.ts";
import { clipElements } from "../train/optimizer.ts";
import { type PartLoss, tableLoss } from "../train/table/loss.ts";
import { field, type GoldenCase } from "./case.ts";
import { parseColumns, readCells, splitOutputs } from "./columns.ts";
import type { Produced } from "./compare.ts";
import { computeNamed } from "./compute.ts";
import { modelConfig, referenceConfig } from "./config.ts";
import { gradientsByName, loadParameters, parameterTensor } from "./parameters.ts";
import { toReference } from "./reference_names.ts";

/** A whole table model: outputs with and without the encoder, the parts of the loss, and all gradients. */
export async function runModel(golden: GoldenCase): Promise<Produced> {
  const config = referenceConfig(golden);
  const columns = parseColumns(field<string[]>(golden.spec, "columns", golden.name), golden.name);
  const model = declareTableModel(modelConfig(config), columns, 0);
  const { layout, parameters } = model;
  const reference = [...toReference(model).values()];
  loadParameters(golden, reference, parameters);
  checkCount(golden, parameters.reduce((sum, p) => sum + p.count, 0));
  const cells = readCells(golden, layout, "input/masked/");
  const truth = readCells(golden, layout, "input/truth/");
  const [labelMask, featureMask] = ["input/label_loss_mask", "input/aug_mask"]
    .map((name) => parameterTensor(golden, name) as tf.Tensor2D) as [tf.Tensor2D, tf.Tensor2D];

  const results = await computeNamed(() => {
    const { loss, more, gradients } = valueAndGradients(() => {
      const outputs = model.forward(cells);
      const tradeoff = scalar(Number(config.exp_tradeoff));
      const { total, label, feature } = tableLoss(layout, outputs, truth, labelMask, featureMask, tradeoff);
      return {
        loss: total,
        more: {
          ...splitOutputs(layout, outputs, "output/col/"),
          ...partNames("label", label),
          ...partNames("augmentation", feature),
        },
      };
    }, parameters.map((p) => p.variable));
    const clip = Number(config.exp_gradient_clipping);
    return {
      "output/loss": loss,
      ...more,
      ...splitOutputs(layout, model.forward(cells, { encode: false }), "output/val_col/"),
      ...Object.fromEntries(parameters.map((p, i) => [p.name, clipElements(gradients[i]!, clip)])),
    };
  });
  const gradients = parameters.map((p) => results.get(p.name)!);
  model.dispose();
  return new Map([...results, ...gradientsByName(reference, parameters, gradients)]);
}

const partNames = (part: string, loss: PartLoss): Record<string, tf.Tensor> => ({
  [`output/${part}_cat_loss`]: loss.crossEntropy,
  [`output/${part}_num_loss`]: loss.squaredError,
  [`output/${part}_cat_total_preds`]: loss.categoricalCells,
  [`output/${part}_num_total_preds`]: loss.numericCells,
});

function checkCount(golden: GoldenCase, found: number): void {
  const expected = field<number>(golden.spec, "parameter_count", golden.name);
  if (found !== expected) {
    throw new UserError(`${golden.name}: expected ${expected} trainable numbers, found ${found}.`);
  }
}
