// Half of the tour, so that both cores have something to photograph.
import { TOUR } from "./tour.ts";
import { walk } from "./walk.ts";

walk(
  "the screens, first half",
  TOUR.filter((_, i) => i % 2 === 0),
);
