/** The app: one network, one preloader, two pages. */
import { Network, Preloader } from "@matinee/player-dom";
import { cataloguePage } from "./catalogue.ts";
import { start } from "./router.ts";
import { watchPage } from "./watch/page.ts";

const network = new Network();
const preloader = new Preloader(network);

start(document.getElementById("app") ?? document.body, (route, askedMs) =>
  route.page === "watch" ? watchPage(route.id, { network, preloader, askedMs }) : cataloguePage(preloader),
);
