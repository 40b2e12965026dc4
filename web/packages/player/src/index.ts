/** The player's decisions: pure values and functions, compiled without the DOM. */
export * from "./abandon.ts";
export * from "./abr.ts";
export * from "./edges.ts";
export * from "./failure.ts";
export * from "./formats.ts";
export * from "./protection.ts";
export * from "./ranges.ts";
export * from "./retry.ts";
export * from "./schedule.ts";
export * from "./seek.ts";
export * from "./sounds.ts";
export * from "./stall.ts";
export * from "./startup.ts";
export * from "./throughput.ts";
export * from "./tracks.ts";
