import { leakTest } from "./testing.ts";

leakTest(10_000);
