import * as tf from "@tensorflow/tfjs-core";

/** Whether tfjs records operations for a gradient now. */
export const tapeIsOn = (): boolean => {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
};

/** Gradients of a scalar. */
interface Taped {
  /** With respect to the given tensors; undefined where it does not depend on one, or one is not float32. */
  given: (tf.Tensor | undefined)[];
  /** With respect to the float32 tensors and variables from outside that it depends on. */
  outside: { tensor: tf.Tensor; gradient: tf.Tensor }[];
}

function partition<T>(list: readonly T[], first: (item: T) => boolean): [T[], T[]] {
  return [list.filter(first), list.filter((item) => !first(item))];
}

/** Differentiates a scalar function on a tape of its own. Operations already on a tape are left as they are. */
export function recordTape(given: readonly tf.Tensor[], fn: () => tf.Tensor): Taped {
  const engine = tf.engine();
  const { state } = engine;
  const { activeTape, gradientDepth } = state;
  // Tensors are numbered as they are made: whatever has a smaller number than this one came from outside.
  const first = tf.scalar(0);
  const continuous = given.filter(({ dtype }) => dtype === "float32");
  const sources: tf.Tensor[] = [first, ...continuous];
  const outside: tf.Tensor[] = [];
  state.gradientDepth = 0;
  try {
    const { grads } = engine.gradients(
      () => {
        const value = fn();
        // No gradient flows through integers and bools; tfjs would look for that of a comparison, which has none.
        const [flowing, cut] = partition(
          state.activeTape,
          ({ outputs }) => outputs.some(({ dtype }) => dtype === "float32"),
        );
        state.activeTape = flowing;
        for (const { saved } of cut) tf.dispose(saved ?? []);
        const seen = new Set<tf.Tensor>();
        for (const { inputs } of state.activeTape) {
          for (const tensor of Object.values(inputs)) {
            if (!tensor || seen.has(tensor) || tensor.dtype !== "float32") continue;
            seen.add(tensor);
            if (tensor.id < first.id || tensor instanceof tf.Variable) outside.push(tensor);
          }
        }
        // tfjs looks at the sources only after the function has run, when it is known what they are.
        sources.push(...outside);
        return value;
      },
      sources,
      undefined,
      true,
    );
    return {
      given: given.map((tensor) => {
        const at = continuous.indexOf(tensor);
        return at < 0 ? undefined : grads[1 + at];
      }),
      outside: outside.flatMap((tensor, i) => {
        const gradient = grads[1 + continuous.length + i] as tf.Tensor | undefined;
        return gradient ? [{ tensor, gradient }] : [];
      }),
    };
  } finally {
    state.activeTape = activeTape;
    state.gradientDepth = gradientDepth;
  }
}

type Save = (tensors: tf.Tensor[]) => void;

/** What tfjs has inside of `customGrad` but does not export: a function with several results and its gradient. */
interface WithGradients {
  runKernelFunc(call: {
    forwardFunc: (backend: tf.KernelBackend, save: Save) => tf.Tensor[];
    backwardsFunc: (dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
    inputs: Record<string, tf.Tensor>;
  }): tf.Tensor[];
}

/**
 * Runs `forward` off the tape, and puts it there as one operation of `inputs`.
 *
 * @param forward saves what `backward` needs
 * @param backward is given the gradients of the results and what was saved; returns one gradient per input, undefined
 * for zero
 */
export function withGradient(
  inputs: readonly tf.Tensor[],
  forward: (save: Save) => tf.Tensor[],
  backward: (dys: tf.Tensor[], saved: tf.Tensor[]) => (tf.Tensor | undefined)[],
): tf.Tensor[] {
  return (tf.engine() as unknown as WithGradients).runKernelFunc({
    inputs: { ...inputs } as unknown as Record<string, tf.Tensor>,
    forwardFunc: (_, save) => forward(save),
    backwardsFunc: (dy, saved) => {
      const gradients = backward(Array.isArray(dy) ? dy : [dy], saved);
      const zeros = (i: number) => tf.zeros(inputs[i]!.shape);
      return Object.fromEntries(inputs.map((_, i) => [i, () => gradients[i] ?? zeros(i)]));
    },
  });
}
