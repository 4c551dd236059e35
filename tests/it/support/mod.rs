//! What the topics share: fresh databases on both engines, and the house built upon one.
//! Assertions about the trade don't belong here.

pub mod binary;
pub mod cluster;
pub mod house;
pub mod letters;
pub mod line;
pub mod packages;
pub mod postgres;
pub mod sqlite;
pub mod told;

pub use house::House;
pub use line::{Call, Line};

/// `both!(name, |house| { … })` writes one test twice: `name::on_sqlite` and `name::on_postgres`, each
/// on a fresh, migrated database of its own. `house` is a [`House`]; the block may await.
macro_rules! both {
    ($(#[$attribute:meta])* $name:ident, |$house:ident| $body:block) => {
        $(#[$attribute])*
        async fn $name($house: $crate::support::House) $body

        // A module beside the function of the same name: its tests read `name::on_sqlite`.
        mod $name {
            use $crate::support::{House, house, postgres, sqlite};

            #[tokio::test]
            async fn on_sqlite() {
                let fresh = sqlite::fresh(house::migrate).await;
                super::$name(House::new(fresh.url())).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                if let Some(url) = postgres::fresh_url(house::migrate).await {
                    super::$name(House::new(&url)).await;
                }
            }
        }
    };
}
pub(crate) use both;
