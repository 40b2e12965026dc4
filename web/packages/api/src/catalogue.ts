/** The catalogue: the shape of `GET /api/titles` and `GET /api/titles/{id}`. */

export interface CatalogueTitle {
  readonly id: string;
  readonly name: string;
  readonly duration_s: number;
  readonly poster_url: string;
  /** Milliseconds since the Unix epoch. */
  readonly published_ms: number;
}

export interface Catalogue {
  readonly titles: readonly CatalogueTitle[];
}
