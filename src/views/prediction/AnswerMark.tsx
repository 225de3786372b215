import { markOf } from "#core/numeric/arithmetic.ts";

interface AnswerMarkProps {
  readonly prompt: string;
  /** The first token of the answer. */
  readonly token: string;
}

/** Right or wrong, where the prompt is a problem whose result anybody can compute. */
export function AnswerMark({ prompt, token }: AnswerMarkProps) {
  const found = markOf(prompt, token);
  if (!found) return null;
  const { mark, right } = found;
  const text = String(right).replace("-", "−");
  const words = {
    right: ["✓ right", `${text} is the right answer`],
    begins: [`begins ${text}`, `The right answer is ${text}, which begins with this token`],
    wrong: [`✗ it is ${text}`, `The right answer is ${text}`],
  } as const;
  const [short, whole] = words[mark];
  return (
    <span className="answer-mark" title={whole}>
      {short}
    </span>
  );
}
