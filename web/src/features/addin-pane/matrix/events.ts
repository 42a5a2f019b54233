/** Records of the room as events of Matrix. Identifiers are ours in Matrix's form, with the chat's host as their server. */
import type { Message, Participant, RoomProperties } from '@perch/addin/host';

export interface MatrixEvent {
  readonly type: string;
  readonly sender: string;
  readonly event_id: string;
  readonly room_id: string;
  readonly origin_server_ts: number;
  readonly content: Readonly<Record<string, unknown>>;
  readonly unsigned: object;
  readonly state_key?: string;
}

export class Events {
  readonly #room: string;
  readonly #server: string;

  constructor(room: string, server: string) {
    this.#room = room;
    this.#server = server;
  }

  get roomId(): string {
    return `!${this.#room}:${this.#server}`;
  }

  userId(id: string): string {
    return `@${id}:${this.#server}`;
  }

  eventId(seq: number): string {
    return `$${this.#room}.${seq}`;
  }

  /** The place of a message, by the identifier of its event; undefined for anything else. */
  seqOf(eventId: unknown): number | undefined {
    const prefix = `$${this.#room}.`;
    if (typeof eventId !== 'string' || !eventId.startsWith(prefix)) return undefined;
    const seq = Number(eventId.slice(prefix.length));
    return Number.isSafeInteger(seq) ? seq : undefined;
  }

  message({ seq, author, at, text, title }: Message): MatrixEvent {
    const body = title === undefined ? text : `${title}\n\n${text}`;
    return this.#event('m.room.message', this.userId(author.id), this.eventId(seq), Date.parse(at), {
      msgtype: 'm.text',
      body,
    });
  }

  properties({ name, description }: RoomProperties): MatrixEvent[] {
    return [
      this.#state('m.room.name', '', { name }),
      this.#state('m.room.topic', '', { topic: description }),
    ];
  }

  member({ id, display_name }: Participant): MatrixEvent {
    const content = { membership: 'join', displayname: display_name };
    return this.#state('m.room.member', this.userId(id), content);
  }

  departed(id: string): MatrixEvent {
    return this.#state('m.room.member', this.userId(id), { membership: 'leave' });
  }

  /** What the chat does not know of a state (who set it, when) is the room itself, and now. */
  #state(type: string, key: string, content: MatrixEvent['content']): MatrixEvent {
    const sender = key === '' ? this.userId('perch') : key;
    const event = this.#event(type, sender, `$${this.#room}.${type}.${key}`, Date.now(), content);
    return { ...event, state_key: key };
  }

  #event(
    type: string,
    sender: string,
    event_id: string,
    origin_server_ts: number,
    content: MatrixEvent['content'],
  ): MatrixEvent {
    return { type, sender, event_id, room_id: this.roomId, origin_server_ts, content, unsigned: {} };
  }
}
