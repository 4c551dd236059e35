//! Words about mails that didn't arrive, and how their addresses are compared.

use super::dossier::state::words;

words! {
    /// Why a mail didn't leave, by what would mend it.
    Fault {
        /// Time: the server, the network or the mailbox isn't ready.
        Temporary = "temporary",
        /// Another address: the server refused the recipient for good.
        Recipient = "recipient",
        /// Another mail: the server refused what it says, or its size, for good.
        Message = "message",
        /// Whoever runs the system: the login, the certificate, or that the server doesn't send for us.
        Configuration = "configuration",
    }
}

impl Fault {
    /// For people, in Vietnamese.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Temporary => "tạm thời",
            Self::Recipient => "địa chỉ người nhận",
            Self::Message => "nội dung thư",
            Self::Configuration => "cấu hình",
        }
    }
}

/// An address as addresses are compared: without blanks around it and in lower case.
pub fn folded(address: &str) -> String {
    address.trim().to_lowercase()
}
