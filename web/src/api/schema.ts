/**
 * The shape of the HTTP interface, as openapi-typescript writes it.
 * `npm run generate` replaces this file by the one made from ../api/openapi.json.
 */

type Json = 'application/json';
type ProblemJson = 'application/problem+json';
type Body<T> = { content: { [K in Json]: T } };
type Answer<T> = { headers: { [name: string]: unknown }; content: { [K in Json]: T } };
type Nothing = { headers: { [name: string]: unknown }; content?: never };
type Refused = { headers: { [name: string]: unknown }; content: { [K in ProblemJson]: Schemas['Problem'] } };
type Parameters<Path, Query> = { header?: never; cookie?: never } & ([Path] extends [never]
  ? { path?: never }
  : { path: Path }) &
  ([Query] extends [never] ? { query?: never } : { query?: Query });
type Reads<Path, T, Query = never> = {
  parameters: Parameters<Path, Query>;
  requestBody?: never;
  responses: { 200: Answer<T>; default: Refused };
};
type Writes<Path, In, Status extends number, Out> = {
  parameters: Parameters<Path, never>;
  requestBody: Body<In>;
  responses: { [S in Status]: Answer<Out> } & { default: Refused };
};
type Acts<Path, In = never, Query = never> = {
  parameters: Parameters<Path, Query>;
  responses: { 204: Nothing; default: Refused };
} & ([In] extends [never] ? { requestBody?: never } : { requestBody: Body<In> });
type Schemas = components['schemas'];

export interface paths {
  '/api/v1/session': {
    get: Reads<never, Schemas['Session']>;
    post: Writes<never, Schemas['SignIn'], 200, Schemas['Session']>;
    delete: Acts<never>;
  };
  '/api/v1/session/password': { post: Acts<never, Schemas['PasswordChange']> };
  '/api/v1/tokens': {
    get: Reads<never, Schemas['Token'][]>;
    post: Writes<never, Schemas['NewToken'], 201, Schemas['IssuedToken']>;
  };
  '/api/v1/tokens/{id}': { delete: Acts<{ id: string }> };
  '/api/v1/pools': {
    get: Reads<never, Schemas['Pool'][]>;
    post: Writes<never, Schemas['NewPool'], 201, Schemas['Pool']>;
  };
  '/api/v1/pools/{pool}/addins': {
    get: Reads<{ pool: string }, Schemas['Addin'][]>;
    post: Writes<{ pool: string }, Schemas['NewAddin'], 201, Schemas['Addin']>;
  };
  '/api/v1/pools/{pool}/addins/{id}': {
    get: Reads<{ pool: string; id: string }, Schemas['Addin']>;
    patch: Writes<{ pool: string; id: string }, Schemas['AddinPatch'], 200, Schemas['Addin']>;
    delete: Acts<{ pool: string; id: string }, never, { force?: boolean }>;
  };
  '/api/v1/pools/{pool}/categories': {
    get: Reads<{ pool: string }, Schemas['Category'][]>;
    post: Writes<{ pool: string }, Schemas['NewCategory'], 201, Schemas['Category']>;
  };
  '/api/v1/pools/{pool}/categories/{id}': {
    get: Reads<{ pool: string; id: string }, Schemas['Category']>;
    patch: Writes<{ pool: string; id: string }, Schemas['CategoryPatch'], 200, Schemas['Category']>;
    delete: Acts<{ pool: string; id: string }>;
  };
  '/api/v1/rooms': { get: Reads<never, Schemas['Room'][], Schemas['RoomQuery']> };
  '/api/v1/pools/{pool}/room-name': {
    get: Reads<{ pool: string }, Schemas['RoomNameCheck'], { name: string }>;
  };
  '/api/v1/pools/{pool}/rooms': {
    post: Writes<{ pool: string }, Schemas['NewRoom'], 201, Schemas['RoomDetail']>;
  };
  '/api/v1/rooms/{room}': {
    get: Reads<{ room: string }, Schemas['Room']>;
    patch: Writes<{ room: string }, Schemas['RoomPatch'], 200, Schemas['RoomDetail']>;
    delete: Acts<{ room: string }>;
  };
  '/api/v1/rooms/{room}/detail': { get: Reads<{ room: string }, Schemas['RoomDetail']> };
  '/api/v1/rooms/{room}/follow': { put: Acts<{ room: string }>; delete: Acts<{ room: string }> };
  '/api/v1/rooms/{room}/read': { put: Acts<{ room: string }, Schemas['ReadMark']> };
  '/api/v1/rooms/{room}/messages': {
    get: Reads<
      { room: string },
      Schemas['MessagePage'],
      { before?: number; after?: number; limit?: number }
    >;
    post: Writes<{ room: string }, Schemas['NewMessage'], 201, Schemas['Message']>;
  };
  '/api/v1/rooms/{room}/participants': { get: Reads<{ room: string }, Schemas['Participant'][]> };
  '/api/v1/rooms/{room}/storage': { get: Reads<{ room: string }, Schemas['StorageEntry'][]> };
  '/api/v1/rooms/{room}/storage/{key}': {
    get: Reads<{ room: string; key: string }, Schemas['StorageEntry']>;
    put: Writes<{ room: string; key: string }, Schemas['StorageValue'], 200, Schemas['StorageEntry']>;
  };
  '/api/v1/principals': {
    get: Reads<
      never,
      Schemas['Principal'][],
      { search?: string; kind?: Schemas['PrincipalKind']; limit?: number }
    >;
  };
}

export interface components {
  schemas: {
    Problem: {
      type: string;
      title: string;
      status: number;
      code: string;
      detail: string;
      field?: string;
      params?: Record<string, string | number>;
    };
    SignIn: { name: string; password: string };
    PasswordChange: { current: string; new: string };
    Session: {
      person: Schemas['Principal'];
      administrator: boolean;
      may_create_rooms: boolean;
      may_manage_rooms: boolean;
      pools: Schemas['Pool'][];
      limits: Schemas['Limits'];
    };
    Limits: {
      message_chars_max: number;
      story_chars_max: number;
      room_name_chars_max: number;
      addin_name_chars_max: number;
      addin_url_bytes_max: number;
    };
    Token: { id: string; name: string; created_at: string; expires_at?: string; last_used_at?: string };
    NewToken: { name: string; expires_in_days?: number };
    IssuedToken: { token: Schemas['Token']; secret: string };
    PrincipalKind: 'user' | 'group' | 'organizational_unit' | 'domain';
    Principal: {
      id: string;
      kind: Schemas['PrincipalKind'];
      address: string;
      display_name: string;
      email?: string | null;
      disabled: boolean;
      administrator: boolean;
    };
    Pool: { fqdn: string; display_name: string; is_default: boolean };
    NewPool: { fqdn: string; display_name?: string };
    Addin: {
      id: string;
      pool: string;
      name: string;
      url: string;
      room_count: number;
      revision: number;
      created_at: string;
      updated_at: string;
    };
    NewAddin: { name: string; url: string };
    AddinPatch: { name?: string; url?: string; revision?: number };
    Category: {
      id: string;
      pool: string;
      name: string;
      description: string;
      invitations: boolean;
      file_upload: boolean;
      chat_history: boolean;
      allowed_members: Schemas['Principal'][];
      denied_members: Schemas['Principal'][];
      creators: Schemas['Principal'][];
      room_count: number;
      may_create_rooms: boolean;
      revision: number;
    };
    NewCategory: {
      name: string;
      description?: string;
      invitations?: boolean;
      file_upload?: boolean;
      chat_history?: boolean;
      allowed_members?: string[];
      denied_members?: string[];
      creators?: string[];
    };
    CategoryPatch: Partial<Schemas['NewCategory']> & { revision?: number };
    Privacy: 'open' | 'closed' | 'secret';
    RoomType: 'normal' | 'auditorium';
    RoomInvitations: 'inherit' | 'false';
    RoomQuery: {
      relation?: 'followed' | 'member' | 'managed' | 'visible' | 'all';
      pool?: string;
      category?: string;
      name?: string;
      search_description?: boolean;
      addin?: string;
      disabled?: boolean;
      manager?: string;
      member?: string;
      privacy?: Schemas['Privacy'];
      type?: Schemas['RoomType'];
      invitations?: Schemas['RoomInvitations'];
      limit?: number;
    };
    RoomAddin: { id: string; name: string; url: string };
    Permissions: {
      view: boolean;
      join: boolean;
      read_history: boolean;
      post: boolean;
      manage: boolean;
    };
    RoomProperties: {
      id: string;
      pool: string;
      category: { id: string; name: string };
      name: string;
      description: string;
      privacy: Schemas['Privacy'];
      type: Schemas['RoomType'];
      invitations: Schemas['RoomInvitations'];
      disabled: boolean;
      addin: Schemas['RoomAddin'] | null;
      participant_count: number;
      revision: number;
      created_at: string;
      updated_at: string;
    };
    Room: Schemas['RoomProperties'] & {
      permissions: Schemas['Permissions'];
      followed: boolean;
      member: boolean;
      head: number;
      unread: number;
    };
    RoomDetail: Schemas['Room'] & {
      members: Schemas['Principal'][];
      managers: Schemas['Principal'][];
      presenters: Schemas['Principal'][];
    };
    NewRoom: {
      category: string;
      name: string;
      description?: string;
      privacy?: Schemas['Privacy'];
      type?: Schemas['RoomType'];
      invitations?: Schemas['RoomInvitations'];
      disabled?: boolean;
      addin?: string;
      members?: string[];
      managers?: string[];
      presenters?: string[];
    };
    RoomPatch: Partial<Omit<Schemas['NewRoom'], 'addin'>> & { addin?: string | null; revision?: number };
    RoomNameCheck: { available: boolean };
    ReadMark: { seq: number };
    Author: { id: string; address: string; display_name: string };
    Context: { type: string; name: string; id: { [key: string]: string }; start: number; end: number };
    Message: {
      room: string;
      seq: number;
      author: Schemas['Author'];
      at: string;
      text: string;
      alert: boolean;
      title?: string | null;
      contexts: Schemas['Context'][];
      nonce?: string | null;
    };
    MessagePage: { messages: Schemas['Message'][]; head: number; first: number };
    NewMessage: { nonce: string; text: string; alert?: boolean; title?: string };
    Participant: {
      id: string;
      address: string;
      display_name: string;
      manager: boolean;
      presenter: boolean;
    };
    StorageEntry: {
      key: string;
      value: unknown;
      version: number;
      updated_at: string;
      updated_by: Schemas['Author'];
    };
    StorageValue: { value: unknown; version: number };
  };
}
