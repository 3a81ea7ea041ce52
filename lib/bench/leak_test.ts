import { leakTest } from "./support_test.ts";

leakTest(1000);
