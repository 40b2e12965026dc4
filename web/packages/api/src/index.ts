/** The control API as the browser sees it: shapes and the three calls. */
export type * from "./catalogue.ts";
export type * from "./grant.ts";
export * from "./client.ts";
