//! The commands about imports that are over: names that were decided once, what an import did, undoing it, and how
//! fresh its source is.

use serde_json::Value;

use super::office::{Address, bonro, open, run, said};
use crate::support::both;

async fn ask(address: &Address, arguments: &[&str]) -> (Option<i32>, Value) {
    let mut command = bonro(arguments);
    command.args(["--json", "--server", &address.server, "--key", &address.key]);
    let output = run(command).await;
    let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    (output.status.code(), told)
}

async fn read(address: &Address, arguments: &[&str]) -> String {
    let mut command = bonro(arguments);
    command.args(["--server", &address.server, "--key", &address.key]);
    let output = run(command).await;
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

both!(what_was_imported_can_be_asked_decided_and_undone, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let (running, address) = open(&house.url, path).await;
    let put = |name: &str, text: &str| std::fs::write(path.join(name), text).expect("a file");
    put("units.csv", "code,parent_code,kind,name\nA,,people_committee,Ủy ban nhân dân\n");
    put(
        "officials.csv",
        "code,unit_code,full_name,role,email\nC1,A,Nguyễn Văn Mẫu,officer,\nC2,A,Nguyễn Văn Mẫu,officer,\n",
    );
    put(
        "procedures.csv",
        "code,name,field,level,unit_code,term_unit,term,online_level\nP,Thủ tục,Hộ tịch,town,,working_days,5,full\n",
    );
    put(
        "dossiers.csv",
        "code,procedure_code,unit_code,channel,applicant_kind,received_at,closed_at,outcome,officer_code\n\
         D1,P,UBND,counter,person,2024-05-06T08:00:00+07:00,,,nguyễn văn mẫu\n",
    );
    let (code, told) = address.import(path).await;
    assert_eq!(code, 4, "{told:#}");
    assert_eq!(told["problems"][0]["reason"], "AMBIGUOUS_NAME");

    let (_, told) = ask(&address, &["names", "list"]).await;
    let name = &told["names"][0];
    assert_eq!(name["candidates"], serde_json::json!(["officials/C1", "officials/C2"]));
    let id = name["id"].as_str().expect("an id").to_owned();
    assert!(read(&address, &["names", "list"]).await.contains("nguyễn văn mẫu"));
    let (code, _) = ask(&address, &["names", "decide", &id, "officials/C2"]).await;
    assert_eq!(code, Some(0));
    assert!(read(&address, &["names", "list"]).await.contains("Không có tên nào"));

    // A file again, of a stated evening.
    let mut command = address.importing(path, &["--json", "--as-of", "2024-05-19T23:00:00+07:00"]);
    command.env("NO_COLOR", "1");
    let output = run(command).await;
    assert!(output.status.success(), "{}", said(&output));
    let (_, told) = ask(&address, &["imports", "list"]).await;
    let newest =
        told["imports"].as_array().expect("imports").iter().find(|i| i["landed"] == 1).expect("the second");
    let id = newest["import"].as_str().expect("an id").to_owned();
    assert_eq!(newest["watermark"], "2024-05-19T23:00:00+07:00");
    let (_, told) = ask(&address, &["imports", "show", &id]).await;
    assert_eq!(
        (&told["outcomes"][0]["code"], &told["outcomes"][0]["result"]),
        (&"D1".into(), &"landed".into())
    );
    assert_eq!(told["sha256"].as_str().map(str::len), Some(64));
    let (_, told) = ask(&address, &["sources"]).await;
    assert_eq!(told["sources"][0]["stale"], false);
    assert!(read(&address, &["sources"]).await.contains("23 giờ 00, ngày 19/5/2024"));
    assert!(
        read(&address, &["summary", "--from", "2024-05-01", "--to", "2024-05-17"])
            .await
            .contains("csv: 23 giờ 00, ngày 19/5/2024 / 2024-05-19 23:00")
    );
    // An older one is refused by name.
    let mut command = address.importing(path, &["--as-of", "2024-05-18T23:00:00+07:00"]);
    command.env("NO_COLOR", "1");
    put("units.csv", "code,parent_code,kind,name\nA,,people_committee,Ủy ban nhân dân thị xã\n");
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("cũ hơn dữ liệu đã nạp"), "{}", said(&output));

    let (code, told) = ask(&address, &["imports", "undo", &id, "--reason", "nhầm tệp"]).await;
    assert_eq!((code, &told["state"]), (Some(0), &"undone".into()));
    assert_eq!(
        address.picture(1).await.figures.total.and_then(|row| row.dossiers).map(|d| d.received_total),
        Some(0)
    );
    // The same files again come in again, as the next import.
    put("units.csv", "code,parent_code,kind,name\nA,,people_committee,Ủy ban nhân dân\n");
    let output = run(address.importing(path, &["--as-of", "2024-05-19T23:00:00+07:00"])).await;
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(
        address.picture(1).await.figures.total.and_then(|row| row.dossiers).map(|d| d.received_total),
        Some(1)
    );
    // That goes too; what a decided name means stays, and says so.
    let (_, told) = ask(&address, &["imports", "list"]).await;
    let imports = told["imports"].as_array().expect("imports");
    let of = |import: &Value| import["import"].as_str().expect("an id").to_owned();
    let newest =
        imports.iter().find(|i| i["state"] == "finished" && i["changed"] == 1).expect("the last one");
    let said_so = read(&address, &["imports", "undo", &of(newest), "--reason", "nhầm tệp"]).await;
    assert!(said_so.contains("Đã hoàn tác 1 dòng / 1 rows were undone"), "{said_so}");
    // Their clock stands: the first one is that with the most.
    let first = of(imports.iter().max_by_key(|i| i["landed"].as_u64()).expect("the first one"));
    let mut command = bonro(&["imports", "undo", &first, "--reason", "nhầm tệp"]);
    command.args(["--server", &address.server, "--key", &address.key]);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let sentence = "officials/C2 đang được dùng ở tên đã quyết định của nguồn nguyễn văn mẫu";
    assert!(said(&output).contains(sentence), "{}", said(&output));
    running.stop().await.expect("the house drains");
});
