import { leakTest } from "./testing.ts";

leakTest(1000);
