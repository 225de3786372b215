import { guide, setOpeningShown } from "#state/guide/guide.ts";
import { keep, kept } from "./kept.ts";

const STORAGE_KEY = "arithmoscope.opening";
const TOUR_KEY = "arithmoscope.tour";
const DISMISSED = "dismissed";

/** Whoever comes without a link is told what this is, until the band is sent away; that is kept between visits. */
export function followOpening(): void {
  setOpeningShown(location.hash === "" && kept(STORAGE_KEY) !== DISMISSED);
  guide.setState({ tourLeftAt: Math.max(0, Number(kept(TOUR_KEY)) || 0) });
  guide.subscribe(({ isOpeningShown, tourLeftAt }, last) => {
    if (isOpeningShown !== last.isOpeningShown) keep(STORAGE_KEY, isOpeningShown ? undefined : DISMISSED);
    if (tourLeftAt !== last.tourLeftAt) keep(TOUR_KEY, tourLeftAt === 0 ? undefined : String(tourLeftAt));
  });
}
