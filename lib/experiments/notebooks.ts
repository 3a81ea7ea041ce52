/** The notebook that shows the records of an experiment. */
const NOTEBOOKS: Record<string, string> = {
  "uci": "01_uci",
  "uci-memory": "01_uci",
  "step-cost": "02_memory_scaling",
  "prediction-cost": "02_memory_scaling",
  "ablation": "03_ablation",
  "gp": "04_gp_meta_learning",
  "process-cost": "05_large_contexts",
  "large-contexts": "05_large_contexts",
  "large-predictions": "05_large_contexts",
  "images": "06_image_completion",
  "imputation": "07_genotype_imputation",
  "cohort": "07_genotype_imputation",
  "imputation-many": "08_genotype_meta_learning",
  "imputation-memory": "08_genotype_meta_learning",
  "synthetic-attention": "09_synthetic_attention",
  "table-attention": "09_synthetic_attention",
};

/** The experiments that some notebooks show. */
export const experimentsIn = (notebooks: readonly string[]): string[] =>
  Object.keys(NOTEBOOKS).filter((experiment) => notebooks.includes(NOTEBOOKS[experiment]!));
