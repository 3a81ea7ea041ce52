import { leakTest } from "./support_test.ts";

leakTest(10_000);
