import type { MapZoom } from "./use-cell-zoom.ts";
import "./zoom.css";

/** What one press changes the zoom by. */
const STEP = 2;

interface ZoomControlsProps {
  readonly zoom: MapZoom;
  /** The cells that are seen, in words. */
  readonly seen: string;
}

/** A map's zoom for keys and fingers, and what part of it is seen. */
export const ZoomControls = ({ zoom, seen }: ZoomControlsProps) => (
  <p className="zoom-controls small">
    <span role="group" aria-label="Zoom">
      <ZoomButton name="Zoom in" sign="+" isIdle={zoom.isClosest} onPress={() => zoom.by(STEP)} />
      <ZoomButton name="Zoom out" sign="−" isIdle={zoom.isWhole} onPress={() => zoom.by(1 / STEP)} />
      <ZoomButton name="Show all" sign="⟲" isIdle={zoom.isWhole} onPress={zoom.all} />
    </span>
    <span role="status">{zoom.isWhole ? "" : seen}</span>
    <span className="faint zoom-hint">
      Ctrl or Cmd with the wheel, or two fingers, zoom; dragging moves, a double click shows all.
    </span>
  </p>
);

interface ZoomButtonProps {
  readonly name: string;
  readonly sign: string;
  /** There is nothing left for it to do; it keeps the focus, so that keys do not lose their place. */
  readonly isIdle: boolean;
  readonly onPress: () => void;
}

const ZoomButton = ({ name, sign, isIdle, onPress }: ZoomButtonProps) => (
  <button type="button" aria-label={name} title={name} aria-disabled={isIdle} onClick={onPress}>
    {sign}
  </button>
);
