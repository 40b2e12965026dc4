/** The control API as the browser sees it: its shapes and the calls. */
export type * from "./schema.ts";
export * from "./client.ts";
