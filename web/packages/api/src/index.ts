/** The control API as the browser sees it: its shapes and the three calls. */
export type * from "./schema.ts";
export * from "./client.ts";
