/**
 * The border between two panes: dragged by pointer, moved by arrow keys, Home and End. The pane after it has
 * the width; `value` is that width in pixels.
 */
import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { cx } from './cx';
import styles from './Splitter.module.css';

export interface SplitterProps {
  label: string;
  /** The id of the pane that is resized. */
  controls: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

const STEP = 16;

export function Splitter({ label, controls, value, min, max, onChange }: SplitterProps) {
  const [grip, setGrip] = useState<{ x: number; width: number } | null>(null);
  const set = (width: number) => onChange(Math.round(Math.min(max, Math.max(min, width))));

  const keys: Record<string, number> = {
    ArrowLeft: value + STEP,
    ArrowRight: value - STEP,
    Home: max,
    End: min,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keys[event.key];
    if (next === undefined) return;
    event.preventDefault();
    set(next);
  };
  const release = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.releasePointerCapture(event.pointerId);
    delete document.documentElement.dataset.resizing;
    setGrip(null);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be a focusable splitter
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-controls={controls}
      aria-orientation="vertical"
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      className={cx(styles.splitter, grip && styles.gripped)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        // Frames would swallow the pointer on its way.
        document.documentElement.dataset.resizing = '';
        setGrip({ x: event.clientX, width: value });
      }}
      onPointerMove={(event) => {
        if (grip) set(grip.width + grip.x - event.clientX);
      }}
      onPointerUp={release}
      onPointerCancel={release}
    />
  );
}
