import { guide, setOpeningShown } from "#state/guide/guide.ts";

const STORAGE_KEY = "arithmoscope.opening";
const TOUR_KEY = "arithmoscope.tour";
const DISMISSED = "dismissed";

/** Whoever comes without a link is told what this is, until the band is sent away; that is kept between visits. */
export function followOpening(): void {
  setOpeningShown(location.hash === "" && read(STORAGE_KEY) !== DISMISSED);
  guide.setState({ tourLeftAt: Math.max(0, Number(read(TOUR_KEY)) || 0) });
  guide.subscribe(({ isOpeningShown, tourLeftAt }, last) => {
    if (isOpeningShown !== last.isOpeningShown) write(STORAGE_KEY, isOpeningShown ? undefined : DISMISSED);
    if (tourLeftAt !== last.tourLeftAt) write(TOUR_KEY, tourLeftAt === 0 ? undefined : String(tourLeftAt));
  });
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is forbidden here: the band comes with every visit
  }
}

function write(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // storage is forbidden or full: it lasts as long as the page
  }
}
