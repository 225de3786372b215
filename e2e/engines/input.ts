/** Actions of WebDriver and of WebDriver BiDi, which have them alike. */

const ENTER = "\uE007";
const MODIFIER = process.platform === "darwin" ? "\uE03D" : "\uE009";

/** @param text "\n" is the key Enter */
export const typing = (text: string): readonly object[] => [
  { type: "key", id: "keyboard", actions: [...text.replaceAll("\n", ENTER)].flatMap((key) => [down(key), up(key)]) },
];

export const pasting: readonly object[] = [
  { type: "key", id: "keyboard", actions: [down(MODIFIER), down("v"), up("v"), up(MODIFIER)] },
];

/** In CSS pixels from the upper left corner of what is seen. */
export const clicking = (x: number, y: number): readonly object[] => [
  {
    type: "pointer",
    id: "mouse",
    actions: [
      { type: "pointerMove", x: Math.round(x), y: Math.round(y), duration: 0 },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ],
  },
];

function down(value: string): object {
  return { type: "keyDown", value };
}

function up(value: string): object {
  return { type: "keyUp", value };
}
