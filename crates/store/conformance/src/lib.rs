//! The suite that every store passes.
//!
//! A store's integration test calls [`suite!`] with a function that makes empty storage; each behaviour becomes a test of
//! its own there, named by the sentence that it proves. What only one database can do wrong, such as running out of disk,
//! is tested beside that database.
//!
//! A new behaviour is a public function here and a line in the list of [`suite!`]; a test compares the two.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![expect(missing_docs, reason = "the name of a behaviour is a sentence")]

pub mod addin;
pub mod addin_health;
pub mod addin_storage;
pub mod attention;
pub mod audit;
pub mod card;
pub mod category;
pub mod change;
pub mod deployment;
pub mod durability;
mod fixture;
pub mod message;
pub mod original;
pub mod room;
pub mod search;
pub mod snapshot;
pub mod trigger;
pub mod webhook;

/// Makes a test of each behaviour. `$fixture` is a function whose future gives empty storage, and something that is kept
/// until the test has ended, such as the folder of its files.
#[macro_export]
macro_rules! suite {
    ($fixture:path) => {
        $crate::suite! {
            @each $fixture;
            deployment::a_new_deployment_is_empty,
            deployment::principals_of_every_kind_are_found_as_they_were_stored,
            deployment::containers_are_found_as_they_were_stored_and_replaced,
            deployment::an_address_is_unique_in_any_letter_case,
            deployment::a_principal_changes_but_for_its_kind,
            deployment::an_absent_principal_is_not_updated,
            deployment::a_dropped_deployment_transaction_leaves_nothing,
            deployment::a_password_hash_is_kept_and_replaced,
            deployment::a_password_hash_survives_a_change_of_its_principal,
            deployment::credentials_are_found_by_their_digest_or_identifier_and_listed_by_kind,
            deployment::only_its_owner_removes_a_credential,
            deployment::all_sessions_but_one_end_and_tokens_stay,
            deployment::pools_are_listed_in_the_order_of_their_creation,
            deployment::a_pools_name_is_unique,
            addin::an_addin_is_found_as_it_was_stored_and_changed,
            addin::an_addins_name_is_unique_in_any_letter_case,
            addin::an_addin_may_change_the_letter_case_of_its_name,
            addin::an_absent_addin_is_neither_updated_nor_deleted,
            addin::deleting_an_addin_clears_it_from_rooms_with_what_they_kept_for_it,
            trigger::a_trigger_is_found_as_it_was_stored_and_changed,
            trigger::a_triggers_name_is_unique_in_any_letter_case,
            trigger::an_absent_trigger_is_not_deleted,
            trigger::a_trigger_is_read_as_a_change_and_so_is_that_it_is_gone,
            trigger::triggers_are_in_a_copy,
            category::a_category_is_found_as_it_was_stored_and_changed,
            category::the_lists_of_a_category_keep_their_order,
            category::a_categorys_name_is_unique_in_any_letter_case,
            category::an_absent_category_is_neither_updated_nor_deleted,
            category::a_category_with_rooms_is_not_deleted,
            room::a_room_is_found_as_it_was_stored_and_changed,
            room::the_lists_of_a_room_keep_their_order,
            room::a_rooms_name_is_unique_in_the_pool_in_any_letter_case,
            room::the_same_names_exist_in_another_pool,
            room::an_absent_room_is_neither_updated_nor_deleted,
            room::deleting_a_room_removes_its_messages_and_marks,
            room::a_room_created_after_another_was_deleted_starts_empty,
            room::changing_a_room_keeps_its_messages_and_its_place,
            room::a_dropped_pool_transaction_leaves_nothing,
            room::a_transaction_is_not_seen_before_its_commit_and_holds_up_no_reader,
            message::one_batch_continues_each_rooms_sequence_without_a_gap,
            message::the_next_batch_continues_where_the_last_one_ended,
            message::batches_appended_at_the_same_time_leave_no_gap_and_nothing_twice,
            message::appends_wait_for_a_transaction_and_then_go_on,
            message::an_empty_batch_changes_nothing,
            message::a_nonce_repeated_within_a_batch_is_stored_once,
            message::a_nonce_repeated_in_a_later_batch_gives_the_first_result,
            message::a_nonce_repeated_in_another_room_names_the_first,
            message::two_authors_may_use_the_same_nonce,
            message::an_unknown_room_does_not_hold_up_the_rest_of_the_batch,
            message::messages_are_found_as_they_were_posted,
            message::every_context_of_a_message_comes_back,
            message::a_page_before_a_place_has_the_last_ones_oldest_first,
            message::a_page_after_a_place_has_the_first_ones_oldest_first,
            message::an_empty_room_has_empty_pages,
            message::only_rooms_without_history_expire_and_their_sequence_goes_on,
            card::a_card_is_found_as_it_was_posted,
            card::an_updated_card_comes_with_its_newest_version_and_keeps_each,
            card::a_card_whose_first_version_is_gone_is_still_a_message,
            original::what_was_typed_is_found_at_its_messages_place,
            original::a_repeated_message_keeps_what_was_typed_the_first_time,
            original::what_was_typed_goes_with_its_message,
            attention::a_read_mark_only_moves_forward,
            attention::a_read_mark_never_passes_the_last_message,
            attention::a_mark_on_a_message_of_the_same_batch_counts,
            attention::a_mark_on_an_unknown_room_is_passed_over,
            attention::following_and_reading_do_not_disturb_each_other,
            attention::an_unknown_room_cannot_be_followed,
            attention::many_peoples_attention_is_read_at_once,
            addin_health::a_page_is_looked_at_by_one_at_a_time,
            addin_health::what_was_seen_is_kept_until_the_page_is_another,
            addin_health::of_each_person_the_last_time_counts,
            addin_health::that_a_page_has_spoken_is_known_for_as_long_as_people_are,
            addin_storage::a_value_is_inserted_only_as_version_1,
            addin_storage::a_value_is_updated_only_to_the_next_version,
            addin_storage::of_two_who_change_a_value_at_once_one_loses,
            addin_storage::values_are_kept_apart_by_room_addin_and_key,
            addin_storage::keys_are_in_the_order_of_their_bytes,
            addin_storage::an_unknown_room_keeps_nothing,
            audit::a_pools_audit_log_is_read_newest_first,
            audit::an_audit_record_is_undone_with_its_change,
            change::a_catalogues_version_grows_with_each_change_and_with_nothing_else,
            change::changes_since_a_version_are_just_what_changed_as_it_is_now,
            change::what_is_gone_is_named_among_the_changes,
            change::the_heads_are_those_of_the_rooms_that_have_messages,
            change::changes_of_principals_and_new_pools_are_read_since_a_version,
            change::ended_sessions_and_tokens_are_read_since_a_version,
            search::every_query_of_the_corpus_finds_its_messages_newest_first,
            search::rooms_that_are_not_allowed_have_no_part_in_an_answer,
            search::authors_are_found_with_and_without_words,
            search::a_message_is_found_once_it_is_fed_and_only_once,
            search::an_index_opened_again_goes_on_where_it_was,
            search::a_long_history_is_fed_in_steps_and_found_in_pages_without_a_gap,
            search::a_page_may_end_early_and_the_next_one_goes_on,
            search::what_is_gone_is_not_found_and_a_room_is_forgotten,
            search::messages_are_read_at_their_places_and_nothing_elsewhere,
            webhook::a_webhook_is_found_as_it_was_stored_and_changed,
            webhook::a_webhook_is_told_of_a_room_from_when_both_are_there,
            webhook::a_webhook_is_no_longer_told_of_a_room_without_its_addin,
            webhook::a_webhook_is_due_where_it_lags_and_may_be_tried,
            webhook::a_webhook_with_many_rooms_hides_no_other,
            webhook::a_webhooks_cursor_moves_on_from_where_it_was_only,
            webhook::a_webhook_is_told_again_from_a_place,
            webhook::how_a_webhook_fares_is_kept_until_it_is_elsewhere,
            webhook::dead_letters_are_listed_newest_first_and_forgotten,
            webhook::of_dead_letters_the_newest_are_kept,
            webhook::one_holder_at_a_time_has_a_lease,
            snapshot::a_snapshot_sees_one_moment,
            snapshot::what_is_not_there_has_no_snapshot_and_is_not_made,
            snapshot::a_pool_filled_from_another_is_the_same_and_goes_on,
            snapshot::what_was_filled_and_not_committed_is_gone,
            change::inactive_nodes_are_replaced_and_read_as_a_change,
            change::token_keys_are_replaced_and_read_as_a_change,
            durability::a_deployment_opened_again_has_everything,
            durability::a_pool_opened_again_has_everything_and_goes_on,
            durability::what_is_committed_is_seen_by_whoever_opens_the_pool_next,
            durability::a_closed_pool_refuses_and_does_not_hang,
        }
    };
    (@each $fixture:path; $($noun:ident::$behaviour:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $behaviour() {
            let (storage, _kept) = $fixture().await;
            $crate::$noun::$behaviour(&storage).await;
        }
    )+};
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_behaviour_is_in_the_list() {
        let (_, list) = include_str!("lib.rs")
            .split_once("@each $fixture;")
            .unwrap();
        for (noun, source) in [
            ("addin", include_str!("addin.rs")),
            ("addin_health", include_str!("addin_health.rs")),
            ("addin_storage", include_str!("addin_storage.rs")),
            ("attention", include_str!("attention.rs")),
            ("audit", include_str!("audit.rs")),
            ("card", include_str!("card.rs")),
            ("category", include_str!("category.rs")),
            ("change", include_str!("change.rs")),
            ("deployment", include_str!("deployment.rs")),
            ("durability", include_str!("durability.rs")),
            ("message", include_str!("message.rs")),
            ("original", include_str!("original.rs")),
            ("room", include_str!("room.rs")),
            ("snapshot", include_str!("snapshot.rs")),
            ("search", include_str!("search.rs")),
            ("trigger", include_str!("trigger.rs")),
        ] {
            for line in source.lines() {
                if let Some(name) = line
                    .strip_prefix("pub async fn ")
                    .and_then(|rest| rest.split('(').next())
                {
                    assert!(
                        list.contains(&format!("{noun}::{name},")),
                        "add {noun}::{name} to the list of suite!"
                    );
                }
            }
        }
    }
}
