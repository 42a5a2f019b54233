/** The rooms of the rail, and the way between them. Pure, so that it can be tested alone. */
import type { Room } from '../../api/types';

export interface RailRooms {
  followed: readonly Room[];
  /** Rooms whose member the person is without following them. */
  member: readonly Room[];
}

/** By name, so that a room is always found where it was; what is new never moves it. */
export function railRooms(followed: readonly Room[], member: readonly Room[], language: string): RailRooms {
  const collator = new Intl.Collator(language, { sensitivity: 'base', numeric: true });
  const byName = (rooms: readonly Room[]) => [...rooms].sort((a, b) => collator.compare(a.name, b.name));
  const ids = new Set(followed.map((room) => room.id));
  return { followed: byName(followed), member: byName(member.filter((room) => !ids.has(room.id))) };
}

/** The room after (step 1) or before (step -1) the current one, around the ends; the first when there is no current one. */
export function neighbour(
  rooms: readonly string[],
  current: string | undefined,
  step: 1 | -1,
): string | undefined {
  const at = current === undefined ? -1 : rooms.indexOf(current);
  if (at < 0) return rooms.at(step === 1 ? 0 : -1);
  return rooms[(at + step + rooms.length) % rooms.length];
}

/** Two letters that stand for a room where there is no place for its name. */
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = name, second] = words;
  const letters =
    second === undefined ? [...first].slice(0, 2) : [...first].slice(0, 1).concat([...second][0] ?? '');
  return letters.join('').toUpperCase();
}
