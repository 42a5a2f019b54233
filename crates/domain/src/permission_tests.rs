//! Every cell of the permission matrix of reference 1.10.

use proptest::prelude::*;

use super::*;

/// The columns: administrator, creator (no room role), manager (not member), member, presenter (and member), in scope
/// without a role, out of scope.
const COLUMNS: [(&str, Standing); 7] = {
    const NOBODY: Standing = Standing {
        administrator: false,
        in_scope: false,
        creator: false,
        manager: false,
        member: false,
        presenter: false,
    };
    const IN: Standing = Standing {
        in_scope: true,
        ..NOBODY
    };
    [
        (
            "A",
            Standing {
                administrator: true,
                ..NOBODY
            },
        ),
        (
            "Cr",
            Standing {
                creator: true,
                ..IN
            },
        ),
        (
            "Mg",
            Standing {
                manager: true,
                ..IN
            },
        ),
        ("Me", Standing { member: true, ..IN }),
        (
            "Pr",
            Standing {
                member: true,
                presenter: true,
                ..IN
            },
        ),
        ("In", IN),
        ("Out", NOBODY),
    ]
};

/// A room of each sort that the matrix tells apart.
fn room(sort: &str) -> RoomFacts {
    RoomFacts {
        privacy: match sort.split(' ').next() {
            Some("open") => Privacy::Open,
            Some("secret") => Privacy::Secret,
            _ => Privacy::Closed,
        },
        room_type: if sort.contains("auditorium") {
            RoomType::Auditorium
        } else {
            RoomType::Normal
        },
        disabled: sort.contains("disabled"),
        file_upload: !sort.contains("fileless"),
        keeps_history: !sort.contains("unlogged"),
    }
}

#[test]
fn the_pool_rows_of_the_matrix_hold() {
    //                       A  Cr Mg Me Pr In Out
    let rows = [
        (PoolAction::ManageAddins, "✔ ✘ ✘ ✘ ✘ ✘ ✘"),
        (PoolAction::ListAddins, "✔ ✔ ✔ ✔ ✔ ✔ ✘"),
        (PoolAction::ManageTriggers, "✔ ✘ ✘ ✘ ✘ ✘ ✘"),
        (PoolAction::ManageCategories, "✔ ✘ ✘ ✘ ✘ ✘ ✘"),
        (PoolAction::CreateRoom, "✔ ✔ ✘ ✘ ✘ ✘ ✘"),
        (PoolAction::Configure, "✔ ✘ ✘ ✘ ✘ ✘ ✘"),
        (PoolAction::ManagePolicies, "✔ ✘ ✘ ✘ ✘ ✘ ✘"),
        (PoolAction::ManagePrincipals, "✔ ✘ ✘ ✘ ✘ ✘ ✘"),
    ];
    for (action, cells) in rows {
        for ((column, who), cell) in COLUMNS.iter().zip(cells.split(' ')) {
            assert_eq!(
                in_pool(action, *who).is_ok(),
                cell == "✔",
                "{action:?} as {column}"
            );
        }
    }
}

#[test]
fn the_room_rows_of_the_matrix_hold() {
    use RoomAction as R;
    let everywhere: &[&str] = &[
        "open",
        "closed",
        "secret",
        "closed auditorium",
        "open auditorium",
        "closed unlogged",
    ];
    let rows: &[(R, &[&str], &str)] = &[
        //                                        A  Cr Mg Me Pr In Out
        (R::AssociateAddin, everywhere, "✔ ✘ ✔ ✘ ✘ ✘ ✘"),
        (
            R::SeeAddin,
            &["closed", "secret", "closed auditorium"],
            "✘ ✘ ✘ ✔ ✔ ✘ ✘",
        ),
        (R::SeeAddin, &["open", "open auditorium"], "✘ ✔ ✔ ✔ ✔ ✔ ✘"),
        (R::Edit, everywhere, "✔ ✘ ✔ ✘ ✘ ✘ ✘"),
        (R::EditMembership, everywhere, "✔ ✘ ✔ ✘ ✘ ✘ ✘"),
        (
            R::Move {
                creator_in_target: false,
            },
            everywhere,
            "✔ ✘ ✘ ✘ ✘ ✘ ✘",
        ),
        (
            R::Move {
                creator_in_target: true,
            },
            everywhere,
            "✔ ✘ ✔ ✘ ✘ ✘ ✘",
        ),
        (R::Disable, everywhere, "✔ ✘ ✔ ✘ ✘ ✘ ✘"),
        (
            R::Disable,
            &["closed disabled", "open disabled"],
            "✔ ✘ ✔ ✘ ✘ ✘ ✘",
        ),
        (R::Delete, everywhere, "✔ ✘ ✘ ✘ ✘ ✘ ✘"),
        (R::ReadOriginals, everywhere, "✔ ✘ ✘ ✘ ✘ ✘ ✘"),
        (
            R::Find,
            &["open", "closed", "open auditorium", "closed auditorium"],
            "✔ ✔ ✔ ✔ ✔ ✔ ✘",
        ),
        (R::Find, &["secret", "secret auditorium"], "✔ ✘ ✔ ✔ ✔ ✘ ✘"),
        (
            R::Find,
            &["open disabled", "closed disabled", "secret disabled"],
            "✘ ✘ ✘ ✘ ✘ ✘ ✘",
        ),
        (
            R::FindInMyRooms,
            &["open", "closed", "secret", "secret disabled"],
            "✔ ✘ ✔ ✘ ✘ ✘ ✘",
        ),
        (
            R::Join,
            &["open", "open auditorium", "open unlogged"],
            "✘ ✔ ✔ ✔ ✔ ✔ ✘",
        ),
        (
            R::Join,
            &["closed", "secret", "closed auditorium", "closed unlogged"],
            "✘ ✘ ✘ ✔ ✔ ✘ ✘",
        ),
        (
            R::Join,
            &["open disabled", "closed disabled", "secret disabled"],
            "✘ ✘ ✘ ✘ ✘ ✘ ✘",
        ),
        (
            R::ReadHistory,
            &["open", "open auditorium"],
            "✘ ✔ ✔ ✔ ✔ ✔ ✘",
        ),
        (
            R::ReadHistory,
            &["closed", "secret", "closed auditorium"],
            "✘ ✘ ✘ ✔ ✔ ✘ ✘",
        ),
        (
            R::ReadHistory,
            &["open unlogged", "closed unlogged"],
            "✘ ✘ ✘ ✘ ✘ ✘ ✘",
        ),
        (R::Post, &["open"], "✘ ✔ ✔ ✔ ✔ ✔ ✘"),
        (
            R::Post,
            &["closed", "secret", "closed unlogged"],
            "✘ ✘ ✘ ✔ ✔ ✘ ✘",
        ),
        (
            R::Post,
            &["open auditorium", "closed auditorium", "secret auditorium"],
            "✘ ✘ ✘ ✘ ✔ ✘ ✘",
        ),
        (
            R::Post,
            &["open disabled", "closed disabled auditorium"],
            "✘ ✘ ✘ ✘ ✘ ✘ ✘",
        ),
        (R::UploadFile, &["open"], "✘ ✔ ✔ ✔ ✔ ✔ ✘"),
        (R::UploadFile, &["closed", "secret"], "✘ ✘ ✘ ✔ ✔ ✘ ✘"),
        (R::UploadFile, &["closed auditorium"], "✘ ✘ ✘ ✘ ✔ ✘ ✘"),
        (
            R::UploadFile,
            &["open fileless", "closed fileless"],
            "✘ ✘ ✘ ✘ ✘ ✘ ✘",
        ),
        (R::DownloadFile, &["open"], "✘ ✔ ✔ ✔ ✔ ✔ ✘"),
        (
            R::DownloadFile,
            &["closed", "closed auditorium"],
            "✘ ✘ ✘ ✔ ✔ ✘ ✘",
        ),
        (R::DownloadFile, &["closed fileless"], "✘ ✘ ✘ ✘ ✘ ✘ ✘"),
        (R::EditOwnMessage, everywhere, "✘ ✘ ✘ ✘ ✘ ✘ ✘"),
        (R::LeaveMembership, everywhere, "✔ ✘ ✔ ✘ ✘ ✘ ✘"),
    ];
    for (action, sorts, cells) in rows {
        for sort in *sorts {
            for ((column, who), cell) in COLUMNS.iter().zip(cells.split(' ')) {
                assert_eq!(
                    in_room(*action, *who, room(sort)).is_ok(),
                    cell == "✔",
                    "{action:?} in a room that is {sort}, as {column}"
                );
            }
        }
    }
    for action in R::ALL {
        assert!(
            rows.iter().any(|(row, ..)| *row == action),
            "{action:?} has no row"
        );
    }
}

#[test]
fn an_administrator_who_adds_himself_takes_part() {
    let who = Standing {
        administrator: true,
        member: true,
        ..Standing::default()
    };
    assert!(in_room(RoomAction::Post, who, room("secret")).is_ok());
}

#[test]
fn what_may_not_be_known_is_refused_as_if_absent() {
    let out = Standing::default();
    let in_scope = Standing {
        in_scope: true,
        ..out
    };
    for action in RoomAction::ALL {
        assert_eq!(
            in_room(action, in_scope, room("secret")).unwrap_err(),
            Refusal::no_such_room()
        );
        assert_eq!(
            in_room(action, out, room("open")).unwrap_err(),
            Refusal::no_such_room()
        );
    }
}

#[test]
fn a_member_hears_that_the_room_is_disabled() {
    let member = Standing {
        in_scope: true,
        member: true,
        ..Standing::default()
    };
    assert_eq!(
        in_room(RoomAction::Post, member, room("closed disabled"))
            .unwrap_err()
            .code,
        Code::NodeDisabled
    );
}

fn any_standing() -> impl Strategy<Value = Standing> {
    (any::<[bool; 6]>()).prop_map(
        |[administrator, in_scope, creator, manager, member, presenter]| Standing {
            administrator,
            in_scope,
            creator: creator && in_scope,
            manager: manager && (in_scope || administrator),
            member: member && (in_scope || administrator),
            presenter: presenter && member && (in_scope || administrator),
        },
    )
}

fn any_room() -> impl Strategy<Value = RoomFacts> {
    (0..3u8, any::<[bool; 4]>()).prop_map(
        |(privacy, [auditorium, disabled, file_upload, keeps_history])| RoomFacts {
            privacy: match privacy {
                0 => Privacy::Open,
                1 => Privacy::Closed,
                _ => Privacy::Secret,
            },
            room_type: if auditorium {
                RoomType::Auditorium
            } else {
                RoomType::Normal
            },
            disabled,
            file_upload,
            keeps_history,
        },
    )
}

proptest! {
    #[test]
    fn whoever_posts_or_reads_may_join(who in any_standing(), room in any_room()) {
        let may = |action| in_room(action, who, room).is_ok();
        prop_assert!(!may(RoomAction::Post) || may(RoomAction::Join));
        prop_assert!(!may(RoomAction::ReadHistory) || may(RoomAction::Join));
        prop_assert!(!may(RoomAction::Join) || may(RoomAction::Find));
    }

    #[test]
    fn nobody_out_of_scope_takes_part_unless_an_administrator(room in any_room()) {
        for action in RoomAction::ALL {
            prop_assert!(in_room(action, Standing::default(), room).is_err());
        }
    }

    #[test]
    fn disabling_a_room_stops_everybody(who in any_standing(), room in any_room()) {
        let room = RoomFacts { disabled: true, ..room };
        for action in [RoomAction::Join, RoomAction::Post, RoomAction::ReadHistory, RoomAction::SeeAddin] {
            prop_assert!(in_room(action, who, room).is_err());
        }
    }
}
