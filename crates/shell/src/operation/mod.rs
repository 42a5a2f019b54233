//! What cmdlets do, through the client.

mod active_server;
mod addin;
mod category;
mod context;
mod object;
mod room;
mod state;

pub(crate) use context::Context;
pub(crate) use room::find as find_room;

use crate::cmdlet::Invocation;
use crate::cmdlet::table::Noun;
use crate::error::{Error, Exit};

/// Carries out a cmdlet.
pub(crate) async fn execute(
    context: &mut Context<'_>,
    invocation: &Invocation,
) -> Result<Exit, Error> {
    match invocation.cmdlet.noun {
        Noun::Object(noun) => object::execute(context, noun, invocation).await,
        Noun::State => state::execute(context, invocation)
            .await
            .map(|()| Exit::Done),
        Noun::ActiveServer => active_server::set(context, invocation)
            .await
            .map(|()| Exit::Done),
    }
}
