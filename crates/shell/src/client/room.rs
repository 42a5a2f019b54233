//! Rooms, and history loaded into them.

use perch_wire::import::{Import, Imported};
use perch_wire::room::{NewRoom, Room, RoomDetail, RoomFilter, RoomPatch};
use reqwest::Method;
use uuid::Uuid;

use super::{Client, Error};

impl Client {
    /// The rooms that a filter lets through.
    ///
    /// # Errors
    /// `ErrorPermission` for somebody else's view of the rooms.
    pub async fn rooms(&self, filter: &RoomFilter) -> Result<Vec<Room>, Error> {
        self.get(&["rooms"], filter).await
    }

    /// A room with its lists, for its managers and administrators.
    ///
    /// # Errors
    /// `NoSuchNode`, `ErrorPermission`.
    pub async fn room_detail(&self, room: Uuid) -> Result<RoomDetail, Error> {
        self.get(&["rooms", &room.to_string(), "detail"], &()).await
    }

    /// Creates a room.
    ///
    /// # Errors
    /// `InvalidName`, `DuplicateRoomName`, `NoSuchCategory`, `NoSuchAddin`, `UnableToCreateRoom`.
    pub async fn new_room(&self, pool: &str, new: &NewRoom) -> Result<RoomDetail, Error> {
        self.call(Method::POST, &["pools", pool, "rooms"], new)
            .await
    }

    /// Changes a room.
    ///
    /// # Errors
    /// As for [`Client::new_room`], and `DataCollision` when the revision is not the current one.
    pub async fn set_room(&self, room: Uuid, patch: &RoomPatch) -> Result<RoomDetail, Error> {
        self.call(Method::PATCH, &["rooms", &room.to_string()], patch)
            .await
    }

    /// Removes a room and everything said in it.
    ///
    /// # Errors
    /// `ErrorPermission`.
    pub async fn remove_room(&self, room: Uuid) -> Result<(), Error> {
        self.delete(&["rooms", &room.to_string()], &()).await
    }

    /// Loads up to 1,000 messages as history. Messages that are there already are left alone.
    ///
    /// # Errors
    /// `ErrorPermission`, `LimitExceeded`.
    pub async fn import(&self, room: Uuid, import: &Import) -> Result<Imported, Error> {
        self.call(
            Method::POST,
            &["rooms", &room.to_string(), "import"],
            import,
        )
        .await
    }
}
