import { THEMES, isDark, setPrefersDark, setTheme, view } from "#state/view.ts";

const STORAGE_KEY = "arithmoscope.theme";

/** The person's choice of theme, kept between visits; "auto" follows the system. */
export function followTheme(): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  setPrefersDark(system.matches);
  system.addEventListener("change", (event) => setPrefersDark(event.matches));
  const stored = readStored();
  setTheme(THEMES.find((theme) => theme === stored) ?? "auto");
  const apply = () => {
    document.documentElement.dataset["theme"] = isDark(view.getState()) ? "dark" : "light";
  };
  apply();
  view.subscribe((now, last) => {
    apply();
    if (now.theme !== last.theme) store(now.theme);
  });
}

function readStored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null; // storage is forbidden here: the theme lasts as long as the page
  }
}

function store(theme: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // storage is forbidden or full: the theme lasts as long as the page
  }
}
