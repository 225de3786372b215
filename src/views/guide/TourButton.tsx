import { useStore } from "zustand";
import { guide } from "#state/guide/guide.ts";
import { TOUR_STEPS, startTour } from "#state/guide/tour.ts";

interface TourButtonProps {
  readonly className?: string;
  readonly onStart?: () => void;
}

/** Begins the tour, or goes on with one that was left. */
export function TourButton({ className, onStart }: TourButtonProps) {
  const leftAt = useStore(guide, (state) => state.tourLeftAt);
  return (
    <button
      type="button"
      className={className}
      onClick={() => {
        onStart?.();
        startTour();
      }}
    >
      {leftAt === 0 ? "Take the tour" : `Go on with the tour, ${leftAt + 1} of ${TOUR_STEPS.length}`}
    </button>
  );
}
