/** What each notebook is about in the paper. Its verdict is not here: it is made from records. */
export interface Card {
  /** Table, figure or section of the paper; null where a notebook has none. */
  item: string | null;
  /** What the paper says there, in one sentence; without an item, what the notebook does. */
  claim: string;
}

export const CARDS: Record<string, Card> = {
  "00_quickstart": {
    item: null,
    claim: "A table of your own is learned and predicted in five cells.",
  },
  "01_uci": {
    item: "Table 1",
    claim: "SPIN has the best average rank on the UCI tables, and needs less memory than NPT.",
  },
  "02_memory_scaling": {
    item: "Complexity of SPIN",
    claim:
      "SPIN trains in time and memory linear in rows and columns, and predicts independently of the rows.",
  },
  "03_ablation": {
    item: "Table 6",
    claim: "Every kind of block of SPIN contributes to its accuracy.",
  },
  "04_gp_meta_learning": {
    item: "Figure of context ranges",
    claim: "Neural processes with inducing points are as accurate as attentive ones, at less cost.",
  },
  "05_large_contexts": {
    item: "Complexity of inducing point processes",
    claim:
      "Inducing points make contexts affordable that attention between all points cannot hold in memory.",
  },
  "06_image_completion": {
    item: "CelebA",
    claim: "Inducing point processes complete images from contexts that are too large for attentive ones.",
  },
  "07_genotype_imputation": {
    item: "Tables of single windows",
    claim: "SPIN imputes genotypes more accurately than other learned models.",
  },
  "08_genotype_meta_learning": {
    item: "Tables 4, 5, 8 and 9",
    claim: "One SPIN imputes many windows of the genome, with memory that allows many haplotypes.",
  },
  "09_synthetic_attention": {
    item: "Figure of attention",
    claim: "Each of two inducing points reads one of two clusters.",
  },
};
