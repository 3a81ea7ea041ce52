/** What each notebook is about in the paper. Its verdict is not here: it is made from records. */
export interface Card {
  /** Table, figure or section of the paper; null where a notebook has none. */
  item: string | null;
  /** What the notebook asks of it, in one sentence; without an item, what the notebook does. */
  claim: string;
}

export const CARDS: Record<string, Card> = {
  "00_quickstart": {
    item: null,
    claim: "A table of your own is learned and predicted in five cells.",
  },
  "01_uci": {
    item: "Table 1",
    claim: "Has SPIN the best average rank on UCI tables, with less memory than NPT?",
  },
  "02_memory_scaling": {
    item: "Complexity of SPIN",
    claim:
      "Are time and memory of SPIN's training linear in rows and columns, and its prediction independent of the rows?",
  },
  "03_ablation": {
    item: "Table 6",
    claim: "Does every kind of block of SPIN contribute to its accuracy?",
  },
  "04_gp_meta_learning": {
    item: "Figure of context ranges",
    claim: "Are neural processes with inducing points as accurate as attentive ones, at less cost?",
  },
  "05_large_contexts": {
    item: "Complexity of inducing point processes",
    claim:
      "Do inducing points make contexts affordable that attention between all points cannot hold in memory?",
  },
  "06_image_completion": {
    item: "CelebA",
    claim: "Do inducing point processes complete images as well as attentive ones?",
  },
  "07_genotype_imputation": {
    item: "Tables of single windows",
    claim: "Does SPIN impute genotypes more accurately than other methods?",
  },
  "08_genotype_meta_learning": {
    item: "Tables 4, 5, 8 and 9",
    claim: "Can one SPIN impute many windows of the genome, in memory that allows many haplotypes?",
  },
  "09_synthetic_attention": {
    item: "Figure of attention",
    claim: "Does each of two inducing points read one of two clusters?",
  },
};
