import { guide, setOpeningShown } from "#state/guide/guide.ts";

const STORAGE_KEY = "arithmoscope.opening";
const DISMISSED = "dismissed";

/** Whoever comes without a link is told what this is, until the band is sent away; that is kept between visits. */
export function followOpening(): void {
  setOpeningShown(location.hash === "" && !wasDismissed());
  guide.subscribe(({ isOpeningShown }, last) => {
    if (isOpeningShown !== last.isOpeningShown) store(!isOpeningShown);
  });
}

function wasDismissed(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) === DISMISSED;
  } catch {
    return false; // storage is forbidden here: the band comes with every visit
  }
}

function store(isDismissed: boolean): void {
  try {
    if (isDismissed) localStorage.setItem(STORAGE_KEY, DISMISSED);
    else localStorage.removeItem(STORAGE_KEY);
  } catch {
    // storage is forbidden or full: it lasts as long as the page
  }
}
