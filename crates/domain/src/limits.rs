//! The limits and defaults that people meet. Sources: reference 5.3 and Annex F; where the original documents none
//! (Annex E), the figure is ours.

/// Characters of a room or category name (reference 1.5).
pub const NAME_CHARS_MAX: usize = 256;
/// Characters of a room or category description (reference 1.5).
pub const DESCRIPTION_CHARS_MAX: usize = 256;
/// Characters of an add-in's name.
pub const ADDIN_NAME_CHARS_MAX: usize = 256;
/// Intents that an add-in declares.
pub const INTENTS_MAX: usize = 64;
/// Types of context that one intent takes.
pub const INTENT_CONTEXTS_MAX: usize = 64;
/// Characters of an intent's name, and of the types of its contexts and result.
pub const INTENT_CHARS_MAX: usize = 128;
/// Bytes of an add-in's URL.
pub const ADDIN_URL_BYTES_MAX: usize = 2_048;
/// Characters of a regular message. Ours: the original announced a limit without documenting it.
pub const MESSAGE_CHARS_MAX: usize = 4_000;
/// Characters of a story's body. Ours.
pub const STORY_CHARS_MAX: usize = 32_000;
/// Characters of a story's title.
pub const STORY_TITLE_CHARS_MAX: usize = 256;
/// Messages sent when a room is joined (`DefaultChatHistory`).
pub const DEFAULT_CHAT_HISTORY: u32 = 30;
/// The most messages that one answer carries.
pub const MESSAGES_PAGE_MAX: u32 = 500;
/// Characters of a card's title, and of its footer.
pub const CARD_TITLE_CHARS_MAX: usize = 120;
/// Characters of a card's summary.
pub const CARD_SUMMARY_CHARS_MAX: usize = 600;
/// Fields of a card.
pub const CARD_FIELDS_MAX: usize = 12;
/// Characters of the label of a field or action of a card.
pub const CARD_LABEL_CHARS_MAX: usize = 40;
/// Characters of a value of a card.
pub const CARD_VALUE_CHARS_MAX: usize = 200;
/// Actions of a card.
pub const CARD_ACTIONS_MAX: usize = 4;
/// Bytes of an address in a card.
pub const CARD_URL_BYTES_MAX: usize = 2_048;
/// Bytes of all texts of a card together.
pub const CARD_BYTES_MAX: usize = 8 * 1_024;
/// Above this many participants a room is large: nobody is told who comes and goes (`ParticipantUpdateLimit`).
pub const PARTICIPANT_UPDATE_LIMIT: usize = 75;
/// Contexts found in one message; later ones are ignored.
pub const CONTEXTS_MAX: usize = 16;
/// Characters of a context's type, or of the name of a field that identifies it.
pub const CONTEXT_NAME_CHARS_MAX: usize = 64;
/// Characters of what identifies a context; a longer find is ignored.
pub const CONTEXT_VALUE_CHARS_MAX: usize = 256;
/// Triggers of a pool.
pub const TRIGGERS_MAX: usize = 50;
/// Characters of a trigger's pattern, and of what must stand before or after.
pub const TRIGGER_PATTERN_CHARS_MAX: usize = 500;
/// Bytes of a compiled pattern; `\w` has 50,000, since it knows all scripts, `[A-Z]` next to none.
pub const TRIGGER_COMPILED_BYTES_MAX: usize = 512 * 1_024;
/// Bytes of all compiled patterns of a pool together. What a text made to be slow costs at most grows with them: 0.1 s for the
/// longest story.
pub const TRIGGERS_COMPILED_BYTES_MAX: usize = 2 * 1_024 * 1_024;
/// Words of a dictionary.
pub const TRIGGER_WORDS_MAX: usize = 10_000;
/// Words of all dictionaries of a pool together.
pub const TRIGGERS_WORDS_MAX: usize = 20_000;
/// Bytes of a dictionary, as CSV.
pub const TRIGGER_WORDS_BYTES_MAX: usize = 512 * 1_024;
/// Fields that a dictionary fills for each word.
pub const TRIGGER_ID_FIELDS_MAX: usize = 8;
/// Characters of a key of a room's add-in storage.
pub const STORAGE_KEY_CHARS_MAX: usize = 128;
/// Bytes of one stored value, as JSON.
pub const STORAGE_VALUE_BYTES_MAX: usize = 32 * 1_024;
/// Keys that one add-in may keep in one room.
pub const STORAGE_KEYS_MAX: usize = 64;
/// Characters of a new password, at least (NIST SP 800-63B asks for 8; ours is longer because there is no second factor yet).
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Characters of a password, at most: hashing is deliberately slow, so its input is bounded.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// Rooms that one connection may have joined.
pub const JOINED_ROOMS_MAX: usize = 1_000;
/// Characters of a search.
pub const SEARCH_CHARS_MAX: usize = 256;
/// Words, phrases and names of a search.
pub const SEARCH_TERMS_MAX: usize = 16;
/// Characters of a word that search tells apart; longer words are the same when these are.
pub const SEARCH_WORD_CHARS_MAX: usize = 64;
/// Messages of one answer of a search, at most.
pub const SEARCH_PAGE_MAX: u32 = 100;
