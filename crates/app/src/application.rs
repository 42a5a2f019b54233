//! The application directory: the add-ins that a person may know of, as FDC3 lists applications.

use perch_domain::addin::Addin;
use perch_domain::{Code, Refusal};
use perch_wire::application as wire;

use crate::{Actor, App};

impl App {
    /// The add-ins of all pools that the person may know of, by name: those that [`App::list_addins`] would list.
    ///
    /// # Errors
    /// None in practice: `InvalidUrl` for an address that only bad data from elsewhere can have.
    pub fn list_applications(&self, actor: &Actor) -> Result<wire::Applications, Refusal> {
        let mut applications = Vec::new();
        for pool in self.all_pools() {
            if Self::may_list_addins(actor, &pool).is_err() {
                continue;
            }
            for addin in pool.catalogue().addins.values() {
                applications.push(application(addin)?);
            }
        }
        applications.sort_by_cached_key(|app| perch_domain::name::fold(&app.app_id));
        Ok(wire::Applications {
            applications,
            message: "OK".to_owned(),
        })
    }

    /// One application, by its identifier.
    ///
    /// # Errors
    /// `NoSuchNode` for what does not exist or the person may not know of.
    pub fn get_application(
        &self,
        actor: &Actor,
        app_id: &str,
    ) -> Result<wire::Application, Refusal> {
        let wanted = perch_domain::name::fold(app_id);
        self.list_applications(actor)?
            .applications
            .into_iter()
            .find(|app| perch_domain::name::fold(&app.app_id) == wanted)
            .ok_or_else(|| {
                Refusal::new(
                    Code::NoSuchNode,
                    "There is no such application. /v2/apps lists those that you may know of.",
                )
            })
    }
}

fn application(addin: &Addin) -> Result<wire::Application, Refusal> {
    let empty = ["room.id", "room.name", "pool", "locale", "theme", "addin"].map(|name| (name, ""));
    let url = addin.url.expand(&empty)?;
    Ok(wire::Application::new(addin, url))
}
