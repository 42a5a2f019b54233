//! Which rooms a filter gives: the directory, My Rooms, the rooms that somebody follows.

use perch_domain::name::{fits_pattern, fold};
use perch_domain::permission::{PoolAction, RoomAction};
use perch_domain::{Name, Refusal};
use perch_store::Attention;
use perch_wire::room as wire;

use super::shown;
use crate::catalogue::RoomView;
use crate::{Actor, App};

impl App {
    /// The rooms that a filter gives, by name.
    ///
    /// # Errors
    /// `ErrorPermission` for all rooms without the administrator role, `NoSuchNode` for a pool, `NoSuchPrincipal`.
    pub async fn list_rooms(
        &self,
        actor: &Actor,
        filter: &wire::RoomFilter,
    ) -> Result<Vec<wire::Room>, Refusal> {
        let relation = filter.relation.unwrap_or_default();
        if relation == wire::Relation::All {
            actor.may(PoolAction::Configure)?;
        }
        let pools = match &filter.pool {
            Some(pool) => vec![self.pool_state(pool)?],
            None => self.all_pools(),
        };
        let one = |field, typed: &Option<String>| match typed {
            Some(typed) => self.resolve_list(field, std::slice::from_ref(typed)),
            None => Ok(Vec::new()),
        };
        let (managers, members) = (
            one("manager", &filter.manager)?,
            one("member", &filter.member)?,
        );
        let mut rooms = Vec::new();
        for pool in pools {
            let attention = self.attention(actor, &pool).await?;
            for view in Self::room_views(&pool) {
                let attention = attention.get(&view.room.id).copied();
                // Who stands in a list is for those to know who may see it.
                let asked = !managers.is_empty() || !members.is_empty();
                if asked && view.may(actor, RoomAction::EditMembership).is_err() {
                    continue;
                }
                let lists = managers.iter().all(|id| view.room.managers.contains(id))
                    && members.iter().all(|id| view.room.members.contains(id));
                if lists && related(actor, &view, relation, attention) && fits(&view, filter) {
                    rooms.push(shown(actor, &view, attention));
                }
            }
        }
        rooms.sort_by_cached_key(|room| fold(&room.properties.name));
        rooms.truncate(filter.limit.map_or(usize::MAX, |limit| limit as usize));
        Ok(rooms)
    }
}

fn related(
    actor: &Actor,
    view: &RoomView,
    relation: wire::Relation,
    attention: Option<Attention>,
) -> bool {
    let standing = actor.standing(&view.room, &view.category);
    match relation {
        wire::Relation::All => true,
        wire::Relation::Managed => standing.manager,
        wire::Relation::Member => standing.member && view.may(actor, RoomAction::Find).is_ok(),
        wire::Relation::Visible => view.may(actor, RoomAction::Find).is_ok(),
        wire::Relation::Followed => {
            attention.is_some_and(|attention| attention.followed)
                && view.may(actor, RoomAction::Join).is_ok()
        }
    }
}

fn fits(view: &RoomView, filter: &wire::RoomFilter) -> bool {
    let room = &view.room;
    let is = |typed: &Option<String>, id: uuid::Uuid, name: &Name| {
        typed.as_deref().is_none_or(|typed| {
            typed.parse().map_or_else(
                |_| fold(typed.trim()) == name.folded(),
                |typed: uuid::Uuid| typed == id,
            )
        })
    };
    let named = |pattern: &str| {
        let pattern = fold(pattern.trim());
        fits_pattern(&pattern, &room.name.folded())
            || (filter.search_description == Some(true)
                && fits_pattern(&pattern, &fold(room.description.as_str())))
    };
    is(&filter.category, view.category.id.0, &view.category.name)
        && (filter.addin.is_none()
            || view
                .addin
                .as_ref()
                .is_some_and(|addin| is(&filter.addin, addin.id.0, &addin.name)))
        && filter.name.as_deref().is_none_or(named)
        && filter
            .disabled
            .is_none_or(|disabled| disabled == room.disabled)
        && filter
            .privacy
            .is_none_or(|privacy| privacy == room.privacy.into())
        && filter
            .room_type
            .is_none_or(|room_type| room_type == room.room_type.into())
        && filter
            .invitations
            .is_none_or(|invitations| invitations == room.invitations.into())
}
