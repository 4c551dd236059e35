//! Whose fault a refusal is: by how far the mail had come, the reply code, and the enhanced status in the server's words.

use super::delivery_error::{DeliveryError, enhanced, speaks_of_address};
use crate::domain::mail::Status;

/// How far a mail had come when it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// MAIL FROM: nothing of this mail was said yet.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, before its first byte.
    Message,
    /// Its end.
    End,
}

/// Whose fault a refusal is. 530, 534, 535 and 538 speak of the login or of missing encryption wherever they come.
pub(super) fn judge(at: At, code: u16, text: String) -> DeliveryError {
    let status = enhanced(&text);
    // RFC 3463: 5.3.4 is a size, 5.2.2 a full mailbox; RFC 5321 has 552 for both.
    let too_big = status == Some((3, 4)) || (code == 552 && status.is_none() && at != At::Recipient);
    let full = status == Some((2, 2)) || (code == 552 && status.is_none() && at == At::Recipient);
    if !(500..600).contains(&code) || full {
        // A server that says "not now" at the end hasn't taken the mail; but some say so and took it.
        let in_doubt = at == At::End && !full;
        return DeliveryError::Temporary { code: Some(code), text, in_doubt };
    }
    if matches!(code, 530 | 534 | 535 | 538) {
        return DeliveryError::set_up_wrongly(Some(code), text);
    }
    match at {
        At::Sender | At::Recipient if too_big => DeliveryError::Message { code, text },
        // All mails have this sender.
        At::Sender => DeliveryError::set_up_wrongly(Some(code), text),
        At::Recipient => match (status, code) {
            (Some((class, detail)), _) if speaks_of_address(class, detail) => {
                DeliveryError::Recipient { code, text }
            }
            // Policy, such as a relay that is denied.
            (Some((7, _)), _) => {
                DeliveryError::Configuration { code: Some(code), text, everybody: false, at_recipient: true }
            }
            // Postfix (`smtpd_delay_reject`) and Exim refuse what HELO and MAIL said only here: the name we greet by,
            // the sender (5.1.0, 5.1.7, 5.1.8), a command they don't take (5.5.x, 500 to 504).
            (Some((5, _) | (1, 0 | 7 | 8)), _) | (_, 500..=504) => {
                DeliveryError::Configuration { code: Some(code), text, everybody: true, at_recipient: true }
            }
            _ => DeliveryError::Recipient { code, text },
        },
        At::Message | At::End => DeliveryError::Message { code, text },
    }
}

/// Whose fault it is that a mail came back which a server had taken. A server further on doesn't speak for the one that
/// takes our mail: what it holds against us holds for this recipient alone.
pub(super) fn judge_returned(status: Option<Status>, code: Option<u16>, text: String) -> DeliveryError {
    let is = |class, subject, detail| status == Some(Status { class, subject, detail });
    // 5.4.7: it was tried for as long as that server tries.
    if status.is_some_and(|status| status.class == 4) || is(5, 4, 7) {
        return DeliveryError::Temporary { code, text, in_doubt: false };
    }
    let code = code.filter(|code| (400..600).contains(code)).unwrap_or(550);
    if is(5, 2, 3) || status.is_some_and(|status| (status.class, status.subject) == (5, 6)) {
        return DeliveryError::Message { code, text };
    }
    let mut judged = judge(At::Recipient, code, text);
    if let DeliveryError::Configuration { everybody, .. } = &mut judged {
        *everybody = false;
    }
    judged
}
