/** What the form of a room holds, and what of it is sent. */
import type {
  Capability,
  Invitations,
  NewRoom,
  Principal,
  Privacy,
  RoomDetail,
  RoomType,
} from '../../api/types';

export interface RoomValues {
  name: string;
  description: string;
  /** Identifiers; null is none. */
  category: string | null;
  privacy: Privacy;
  type: RoomType;
  addin: string | null;
  /** What the add-in may not do here although an administrator granted it. */
  addin_withheld: Capability[];
  managers: Principal[];
  members: Principal[];
  presenters: Principal[];
  invitations: Invitations;
  disabled: boolean;
}

export type RoomBody = Required<{ [Key in keyof NewRoom]: Exclude<NewRoom[Key], undefined> }>;

/** A room as the original's page began it: closed, with its creator as manager and member. */
export function newRoomValues(creator: Principal, category: string | null): RoomValues {
  return {
    name: '',
    description: '',
    category,
    privacy: 'closed',
    type: 'normal',
    addin: null,
    addin_withheld: [],
    managers: [creator],
    members: [creator],
    presenters: [],
    invitations: 'inherit',
    disabled: false,
  };
}

export function roomValues(room: RoomDetail): RoomValues {
  return {
    name: room.name,
    description: room.description,
    category: room.category.id,
    privacy: room.privacy,
    type: room.type,
    addin: room.addin?.id ?? null,
    addin_withheld: room.addin?.withheld ?? [],
    managers: room.managers,
    members: room.members,
    presenters: room.presenters,
    invitations: room.invitations,
    disabled: room.disabled,
  };
}

const ids = (principals: readonly Principal[]) => principals.map(({ id }) => id);

/** An open room has no members, and only an auditorium has presenters, whatever was typed before. */
export function roomBody(values: RoomValues): RoomBody {
  return {
    name: values.name.trim(),
    description: values.description.trim(),
    category: values.category ?? '',
    privacy: values.privacy,
    type: values.type,
    addin: values.addin,
    addin_withheld: values.addin_withheld,
    managers: ids(values.managers),
    members: values.privacy === 'open' ? [] : ids(values.members),
    presenters: values.type === 'auditorium' ? ids(values.presenters) : [],
    invitations: values.invitations,
    disabled: values.disabled,
  };
}
