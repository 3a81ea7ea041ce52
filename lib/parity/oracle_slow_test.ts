import { ceilingTest } from "./oracle_support_test.ts";

ceilingTest("rbf", 64, [2.354, 1.3517]);
ceilingTest("rbf", 256, [2.462, 1.3623]);
ceilingTest("periodic", 64, [2.257, 1.332]);
