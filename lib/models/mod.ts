/** Models: by name, or out of parts of one's own. */
export {
  conditionalOf as conditionalProcess,
  createProcess,
  latentOf as latentProcess,
  type Process,
  PROCESS_NAMES,
} from "./process/registry.ts";
export { GP_DIMS, IMAGE_DIMS } from "./process/dims.ts";
export { countParameters, createTableModel, MODEL_KINDS, type TableModel } from "./table/mod.ts";
