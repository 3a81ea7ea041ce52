/** What each notebook is about in the paper. Its verdict is not here: it is made from records. */
export interface Card {
  /** Table, figure or section of the paper; null where a notebook has none. */
  item: string | null;
  /** What the paper claims, in one sentence; without an item, what the notebook does. */
  claim: string;
}

export const CARDS: Record<string, Card> = {
  "00_quickstart": {
    item: null,
    claim: "A table of your own is learned and predicted in five cells.",
  },
  "01_uci": {
    item: "Table 1",
    claim: "SPIN has the best average rank on UCI tables, and needs less memory than NPT.",
  },
  "02_memory_scaling": {
    item: "Complexity of SPIN",
    claim:
      "Time and memory of SPIN's training are linear in rows and columns; its prediction does not depend on the rows.",
  },
  "03_ablation": {
    item: "Table 6",
    claim: "Every kind of block of SPIN contributes to its accuracy.",
  },
  "04_gp_meta_learning": {
    item: "Figure of context ranges",
    claim: "Neural processes with inducing points are as accurate as attentive ones, and cost less.",
  },
  "05_large_contexts": {
    item: "Complexity of inducing point processes",
    claim: "Inducing points read contexts that attention between all points cannot hold in memory.",
  },
  "06_image_completion": {
    item: "CelebA",
    claim: "Inducing point processes complete images as well as attentive ones.",
  },
  "07_genotype_imputation": {
    item: "Tables of single windows",
    claim: "SPIN imputes genotypes more accurately than other methods.",
  },
  "08_genotype_meta_learning": {
    item: "Tables 4, 5, 8 and 9",
    claim: "One SPIN imputes many windows of the genome, in memory that allows many haplotypes.",
  },
  "09_synthetic_attention": {
    item: "Figure of attention",
    claim: "Of two inducing points each reads one of two clusters.",
  },
};
