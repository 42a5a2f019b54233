//! What one line needs on its way: the client, the streams, who is signed in, and answers that hold for all objects.

use perch_wire::session::Session;

use crate::client::Client;
use crate::cmdlet::Invocation;
use crate::cmdlet::table::{Key, Verb};
use crate::error::Error;
use crate::identity::Identity;
use crate::output::{Answer, Output};

/// What a question is about: an answer for all objects holds for its subject only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Whether to do it at all.
    Operation,
    /// Whether to do it although others are affected.
    Consequence,
}

/// What one line needs on its way.
pub(crate) struct Context<'a> {
    pub(crate) client: &'a Client,
    pub(crate) output: &'a mut Output,
    session: Option<Session>,
    answers: Vec<(Subject, bool)>,
}

impl<'a> Context<'a> {
    pub(crate) const fn new(client: &'a Client, output: &'a mut Output) -> Self {
        Self {
            client,
            output,
            session: None,
            answers: Vec::new(),
        }
    }

    async fn session(&mut self) -> Result<&Session, Error> {
        let session = match self.session.take() {
            Some(session) => session,
            None => self.client.session().await?,
        };
        Ok(self.session.insert(session))
    }

    /// Whether the caller sees every room, or those that people like them find.
    pub(crate) async fn is_administrator(&mut self) -> Result<bool, Error> {
        Ok(self.session().await?.administrator)
    }

    /// The pools of the deployment.
    pub(crate) async fn pools(&mut self) -> Result<Vec<String>, Error> {
        Ok(self
            .session()
            .await?
            .pools
            .iter()
            .map(|pool| pool.fqdn.clone())
            .collect())
    }

    /// The pools that a `Get-` looks into.
    pub(crate) async fn pools_of(&mut self, invocation: &Invocation) -> Result<Vec<String>, Error> {
        match invocation.owned(Key::PersistentChatPoolFqdn) {
            Some(pool) => Ok(vec![pool.to_ascii_lowercase()]),
            None => self.pools().await,
        }
    }

    /// The pool of an identity: its own, the parameter's, or the only one.
    pub(crate) async fn pool_of(
        &mut self,
        identity: &Identity,
        invocation: &Invocation,
    ) -> Result<String, Error> {
        let named = [identity.pool.clone()];
        self.one_pool(
            invocation,
            &named,
            "Write the identity as 'pool.fqdn\\name'.",
        )
        .await
    }

    /// The pool of a new object: the parameter's, that of its category or add-in, or the only one.
    pub(crate) async fn pool_of_new(&mut self, invocation: &Invocation) -> Result<String, Error> {
        let mut named = Vec::new();
        for key in [Key::Category, Key::Addin] {
            if let Some(text) = invocation.text(key) {
                named.push(Identity::parse(text)?.pool);
            }
        }
        self.one_pool(invocation, &named, "Add -PersistentChatPoolFqdn.")
            .await
    }

    async fn one_pool(
        &mut self,
        invocation: &Invocation,
        named: &[Option<String>],
        advice: &str,
    ) -> Result<String, Error> {
        let parameter = invocation
            .text(Key::PersistentChatPoolFqdn)
            .map(str::to_ascii_lowercase);
        let mut named: Vec<String> = named.iter().cloned().chain([parameter]).flatten().collect();
        named.dedup();
        match named.as_slice() {
            [one] => return Ok(one.clone()),
            [one, other, ..] => {
                return Err(Error::Usage(format!(
                    "The line names the pools {one} and {other}. Nothing is shared between pools: name one."
                )));
            }
            [] => {}
        }
        self.only_pool(advice).await
    }

    /// The pool of a deployment that has one.
    pub(crate) async fn only_pool(&mut self, advice: &str) -> Result<String, Error> {
        let pools = self.pools().await?;
        match pools.as_slice() {
            [only] => Ok(only.clone()),
            several => Err(Error::Usage(format!(
                "There are several pools: {}. {advice}",
                several.join(", ")
            ))),
        }
    }

    /// Whether to go ahead with one object: `-WhatIf` says what would be done, `-Confirm` asks, and a `Remove-` asks by
    /// itself where somebody is there to answer.
    pub(crate) fn proceed(&mut self, invocation: &Invocation, target: &str) -> Result<bool, Error> {
        let performing = format!(
            "Performing the operation \"{}\" on target \"{target}\".",
            invocation.cmdlet.name()
        );
        if invocation.has(Key::WhatIf) {
            self.output.line(&format!("What if: {performing}"));
            return Ok(false);
        }
        let asks = invocation.bool(Key::Confirm).unwrap_or_else(|| {
            invocation.cmdlet.verb == Verb::Remove
                && !invocation.has(Key::Force)
                && self.output.terminal().answers
        });
        if !asks {
            return Ok(true);
        }
        self.ask(
            Subject::Operation,
            &format!("Are you sure you want to do this?\n{performing}"),
        )
    }

    /// Asks, unless an earlier answer holds for all objects.
    pub(crate) fn ask(&mut self, subject: Subject, question: &str) -> Result<bool, Error> {
        if let Some((_, answer)) = self.answers.iter().find(|(known, _)| *known == subject) {
            return Ok(*answer);
        }
        if !self.output.terminal().answers {
            return Err(Error::Usage(
                "There is no terminal to ask on. Leave -Confirm out, or write '-Confirm:$false'."
                    .to_owned(),
            ));
        }
        let (answer, for_all) = match self.output.ask(question)? {
            Answer::Yes => (true, false),
            Answer::YesToAll => (true, true),
            Answer::No => (false, false),
            Answer::NoToAll => (false, true),
        };
        if for_all {
            self.answers.push((subject, answer));
        }
        Ok(answer)
    }
}
