import { agreementTest } from "./testing.ts";

agreementTest(150);
