import { THEMES, chooseNumbers, isDark, isForResearchers, setPrefersDark, setTheme, view } from "#state/view.ts";
import { keep, kept } from "./kept.ts";

const THEME_KEY = "arithmoscope.theme";
const NUMBERS_KEY = "arithmoscope.numbers";

/** The person’s choices of theme and of numbers, kept between visits. A link shows the researcher’s numbers for its visit alone; the theme "auto" follows the system. */
export function followLooks(): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  setPrefersDark(system.matches);
  system.addEventListener("change", (event) => setPrefersDark(event.matches));
  const stored = kept(THEME_KEY);
  setTheme(THEMES.find((theme) => theme === stored) ?? "auto");
  chooseNumbers(kept(NUMBERS_KEY) === "full");
  const apply = () => {
    const { dataset } = document.documentElement;
    dataset["theme"] = isDark(view.getState()) ? "dark" : "light";
    dataset["numbers"] = numbersNow();
  };
  apply();
  view.subscribe((now, last) => {
    apply();
    if (now.theme !== last.theme) keep(THEME_KEY, now.theme);
    if (now.isNumbersChosen !== last.isNumbersChosen) keep(NUMBERS_KEY, now.isNumbersChosen ? "full" : "plain");
  });
}

const numbersNow = () => (isForResearchers(view.getState()) ? "full" : "plain");
