//! Telling connected people what changed.

use std::sync::Arc;

use perch_domain::category::Category;
use perch_domain::permission::{RoomPermissions, permissions};
use perch_domain::room::Room;
use perch_live::Frame;
use perch_wire::grant::names;
use perch_wire::live::{CatalogueKind, ServerFrame};
use perch_wire::room as wire;

use crate::catalogue::{PoolState, RoomView};
use crate::{Actor, App};

/// A room at some moment, to compare with another.
pub(crate) type Moment<'a> = Option<(&'a Room, &'a Category)>;

impl App {
    /// Tells administrators, and the managers and creators of the pool, to refresh their tables.
    pub(crate) fn tell_catalogue_changed(&self, pool: &PoolState, kind: CatalogueKind) {
        let frame = Frame::encode(&ServerFrame::CatalogueChanged {
            pool: pool.fqdn().to_string(),
            kind,
        });
        self.tell(&frame, |actor| pool.is_run_by(actor));
    }

    /// Tells everybody who may know of a pool's add-ins that one changed: it may be open beside a room that does not use it.
    pub(crate) fn tell_addins_changed(&self, pool: &Arc<PoolState>) {
        let frame = Frame::encode(&ServerFrame::CatalogueChanged {
            pool: pool.fqdn().to_string(),
            kind: CatalogueKind::Addin,
        });
        self.tell(&frame, |actor| Self::may_list_addins(actor, pool).is_ok());
    }

    /// Tells everybody who has a room open how it is now.
    pub(crate) fn tell_room_updated(view: &RoomView) {
        view.log.publish(Frame::encode(&ServerFrame::RoomUpdated {
            room: Box::new(view.properties()),
        }));
    }

    /// Tells people whose lists of rooms a change concerns to fetch them again: what they may do with the room changed, or
    /// they are its members or managers.
    pub(crate) fn tell_rooms_changed(&self, changes: &[(Moment<'_>, Moment<'_>)]) {
        let frame = Frame::encode(&ServerFrame::RoomsChanged {});
        self.tell(&frame, |actor| {
            changes.iter().any(|(before, after)| {
                let (before, after) = (seen(actor, *before), seen(actor, *after));
                before != after || before.listed || after.listed
            })
        });
    }

    fn tell(&self, frame: &Frame, concerned: impl Fn(&Actor) -> bool) {
        for person in self.people().connected() {
            if self
                .actor(person, None)
                .is_ok_and(|actor| concerned(&actor))
            {
                self.people().send(person, frame);
            }
        }
    }
}

#[derive(Default, PartialEq, Eq)]
struct Seen {
    listed: bool,
    permissions: RoomPermissions,
}

fn seen(actor: &Actor, moment: Moment<'_>) -> Seen {
    let Some((room, category)) = moment else {
        return Seen::default();
    };
    let standing = actor.standing(room, category);
    Seen {
        listed: standing.member || standing.manager,
        permissions: permissions(standing, room.facts(category)),
    }
}

impl RoomView {
    /// What is the same for everybody who sees the room.
    pub(crate) fn properties(&self) -> wire::RoomProperties {
        let room = &self.room;
        wire::RoomProperties {
            id: room.id.0,
            pool: room.pool.to_string(),
            category: wire::CategoryName {
                id: self.category.id.0,
                name: self.category.name.to_string(),
            },
            name: room.name.to_string(),
            description: room.description.as_str().to_owned(),
            privacy: room.privacy.into(),
            room_type: room.room_type.into(),
            invitations: room.invitations.into(),
            disabled: room.disabled,
            addin: self.addin.as_ref().map(|addin| wire::RoomAddin {
                id: addin.id.0,
                name: addin.name.to_string(),
                url: addin.url.as_str().to_owned(),
                granted: names(self.granted()),
                withheld: names(addin.withheld_in(room.addin_withheld)),
                pending: !addin.approved,
                disabled: addin.disabled,
                proxied: addin.proxied,
            }),
            revision: room.revision.0,
            created_at: room.created_at.to_string(),
            updated_at: room.updated_at.to_string(),
        }
    }
}
