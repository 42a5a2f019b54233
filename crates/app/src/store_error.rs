//! What a store's error means to people. The error itself is logged here, once, and never leaves the process.

use std::error::Error;

use perch_domain::{Code, Refusal};
use perch_live::CommitError;
use perch_store::{Key, StoreError};

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
pub(crate) fn refused(cause: StoreError) -> Refusal {
    match cause {
        StoreError::Conflict(key) => duplicate(key),
        StoreError::Full => storage_full(),
        StoreError::Unavailable(_) => {
            tracing::error!(cause = &cause as &dyn Error, "the store cannot be used");
            unavailable()
        }
        StoreError::Corrupt { .. } => {
            tracing::error!(
                cause = &cause as &dyn Error,
                "the store holds a value that cannot be right"
            );
            Refusal::new(
                Code::ServerError,
                "What is stored here is damaged. Tell an administrator; the server's log says where.",
            )
        }
    }
}

fn duplicate(key: Key) -> Refusal {
    match key {
        Key::AddinName => Refusal::new(
            Code::DuplicateAddinName,
            "The pool has an add-in of this name already; choose another name.",
        )
        .of("name"),
        Key::TriggerName => Refusal::new(
            Code::DuplicateTriggerName,
            "The pool has a trigger of this name already; choose another name.",
        )
        .of("name"),
        Key::CategoryName => Refusal::new(
            Code::DuplicateCategoryName,
            "The pool has a category of this name already; choose another name.",
        )
        .of("name"),
        Key::RoomName => Refusal::new(
            Code::DuplicateRoomName,
            "The pool has a room of this name already; choose another name.",
        )
        .of("name"),
        Key::Address => Refusal::new(
            Code::DuplicatePrincipal,
            "There is a principal with this address already; choose another address.",
        )
        .of("address"),
        Key::PoolFqdn => Refusal::new(
            Code::DuplicatePool,
            "There is a pool of this name already; choose another name.",
        )
        .of("fqdn"),
    }
}

fn storage_full() -> Refusal {
    Refusal::new(
        Code::StorageFull,
        "The server's disk is full, so nothing was stored. Your text is kept here; tell an administrator, then send it again.",
    )
}

pub(crate) fn unavailable() -> Refusal {
    Refusal::new(
        Code::DatabaseConnection,
        "The server cannot reach its database. Nothing was changed; try again in a moment.",
    )
}

pub(crate) fn not_committed(cause: CommitError) -> Refusal {
    match cause {
        CommitError::Full => storage_full(),
        CommitError::Store => unavailable(),
        CommitError::NoRoom => Refusal::no_such_room(),
        CommitError::NonceElsewhere => Refusal::new(
            Code::InvalidArgument,
            "This nonce was used for a message in another room; make a new one for each message.",
        )
        .of("nonce"),
        CommitError::Stopping => Refusal::new(
            Code::ShuttingDown,
            "The server is stopping. The message was not stored; it is sent again when you are connected.",
        ),
    }
}
