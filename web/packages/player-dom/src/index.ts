/** The player on the page: media source, transfers and preloading. */
export * from "./player.ts";
export * from "./preload.ts";
export { Decoders } from "./decoders.ts";
export { Network } from "./transfer.ts";
export type { WarmStart } from "./stream.ts";
