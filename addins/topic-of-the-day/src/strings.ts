// Every word of the page, in English and French.

/** The words of one language. */
export interface Strings {
  readonly name: string;
  readonly empty: string;
  readonly emptyHint: string;
  readonly write: string;
  readonly edit: string;
  readonly title: string;
  readonly text: string;
  readonly save: string;
  readonly saving: string;
  readonly cancel: string;
  readonly keys: string;
  readonly changed: (name: string, at: string) => string;
  readonly news: (name: string) => string;
  readonly theirs: string;
  readonly keepMine: string;
  readonly takeTheirs: string;
  readonly outside: string;
  readonly outsideHint: string;
  readonly failed: string;
  /** Sentences for the refusals a person can do something about; others are shown as the server wrote them. */
  readonly refusals: Readonly<Record<string, string>>;
}

const ENGLISH: Strings = {
  name: 'Topic of the day',
  empty: 'No topic yet',
  emptyHint: 'What is written here is shared with everyone in the room, and stays until someone changes it.',
  write: 'Write the topic',
  edit: 'Edit',
  title: 'Title',
  text: 'Text',
  save: 'Save',
  saving: 'Saving…',
  cancel: 'Cancel',
  keys: 'Ctrl+Enter saves',
  changed: (name, at) => `${name}, ${at}`,
  news: (name) => `${name} changed the topic.`,
  theirs: 'Someone changed the topic while you were writing',
  keepMine: 'Keep mine',
  takeTheirs: 'Take theirs',
  outside: 'This page belongs beside a room',
  outsideHint:
    'Topic of the day is an add-in for Perch: its note belongs to a room. Open a room that has it.',
  failed: 'The topic cannot be shown',
  refusals: {},
};

const FRENCH: Strings = {
  name: 'Sujet du jour',
  empty: 'Pas encore de sujet',
  emptyHint:
    'Ce qui est écrit ici est partagé avec toute la salle et reste jusqu’à ce que quelqu’un le modifie.',
  write: 'Écrire le sujet',
  edit: 'Modifier',
  title: 'Titre',
  text: 'Texte',
  save: 'Enregistrer',
  saving: 'Enregistrement…',
  cancel: 'Annuler',
  keys: 'Ctrl+Entrée enregistre',
  changed: (name, at) => `${name}, ${at}`,
  news: (name) => `${name} a modifié le sujet.`,
  theirs: 'Quelqu’un a modifié le sujet pendant que vous écriviez',
  keepMine: 'Garder le mien',
  takeTheirs: 'Prendre le sien',
  outside: 'Cette page a sa place à côté d’une salle',
  outsideHint:
    'Sujet du jour est un complément pour Perch\u202f: sa note appartient à une salle. Ouvrez une salle qui l’utilise.',
  failed: 'Le sujet ne peut pas être affiché',
  refusals: {
    ErrorPermission: 'Vous n’avez pas le droit de modifier le sujet de cette salle.',
    UserNotJoined: 'Seules les personnes qui participent à la salle peuvent modifier le sujet.',
    NodeDisabled: 'La salle est désactivée\u202f: le sujet ne peut plus être modifié.',
    LimitExceeded: 'Le sujet est trop long, ou a été modifié trop souvent. Raccourcissez-le, puis réessayez.',
    StorageFull: 'Le serveur n’a plus de place. Votre texte est encore ici\u202f; réessayez plus tard.',
    Disconnected: 'La salle ne répond plus. Copiez votre texte, puis rechargez le volet.',
  },
};

/** Returns the words for a BCP 47 tag: French for French, English for everything else. */
export function stringsFor(locale: string): Strings {
  return locale.toLowerCase().startsWith('fr') ? FRENCH : ENGLISH;
}

/** Writes when something was changed: the time, and the day unless it is today. */
export function moment(at: string, locale: string, now: Date): string {
  const time = new Date(at);
  const today = time.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(locale, {
    ...(today ? {} : { day: 'numeric', month: 'short', year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
  }).format(time);
}
