//! What each row of an import did can be taken back whatever it brought: outcomes keep what stood before, and master
//! data that histories still name can be withdrawn, with its code free for whoever comes next.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Changes these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Texts are compared byte by byte on both engines.
        let text = if manager.get_database_backend() == DbBackend::Postgres {
            r#"text COLLATE "C""#
        } else {
            "text"
        };
        for column in ["before", "left_hash", "said_as"] {
            let sql = format!(r#"ALTER TABLE import_row ADD COLUMN "{column}" {text}"#);
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        // An import is undone kind by kind, record by record.
        let mut by_record = Index::create().name("ix_import_row_import_id_kind_code_number").take();
        by_record.table("import_row").col("import_id").col("kind").col("code").col("number");
        manager.create_index(by_record).await?;
        for table in ["unit", "official", "procedure", "calendar"] {
            let column = ColumnDef::new("withdrawn_at").timestamp_with_time_zone().null().take();
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        for table in ["unit", "official", "procedure"] {
            let name = format!("uq_{table}_code");
            manager.drop_index(Index::drop().name(&name).table(table).to_owned()).await?;
            let mut codes = Index::create().name(&name).table(table).col("code").unique().take();
            codes.and_where(Expr::col("withdrawn_at").is_null());
            if table == "unit" {
                codes.and_where(Expr::col("valid_to").is_null());
            }
            manager.create_index(codes).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
