import { ceilingTest } from "./oracle_support_test.ts";

ceilingTest("matern", 64, [2.14, 1.31]);
