//! Mails as they are on the wire.

use base64::Engine as _;

/// The texts of a mail's parts, in their order.
pub fn parts(mail: &str) -> Vec<String> {
    let mail = mail.replace("\r\n", "\n");
    let part = |part: &str| {
        let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
        if head.to_ascii_lowercase().contains("base64") {
            let packed: String = body.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(packed).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        } else {
            body.replace("=\n", "")
        }
    };
    mail.split("\n--").map(part).collect()
}

/// The bytes of the file in a mail whose name ends so.
pub fn enclosed(mail: &str, ending: &str) -> Option<(String, Vec<u8>)> {
    let mail = mail.replace("\r\n", "\n");
    mail.split("\n--").find_map(|part| {
        let (head, body) = part.split_once("\n\n")?;
        let name = head.split_once("filename=\"")?.1.split_once('"')?.0;
        let packed: String = body.split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
        name.ends_with(ending).then(|| (name.to_owned(), bytes))
    })
}
