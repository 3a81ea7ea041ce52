import { streamMemoryTest } from "./stream_memory_support_test.ts";

streamMemoryTest("ipnp");
