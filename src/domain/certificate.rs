//! Digital-signing certificates of officials (chứng thư số), without which results can't be signed and scanned: asked for,
//! delivered some time later, and good until they end.

use super::dossier::state::words;

words! {
    /// Where a certificate stands.
    CertificateState {
        /// Asked for, not delivered.
        Requested = "requested",
        /// In the official's hands.
        Delivered = "delivered",
        /// Another took its place.
        Replaced = "replaced",
        /// Revoked, broken or lost; or never delivered, and not awaited any more.
        Ended = "ended",
    }
}

words! {
    /// What was asked for.
    CertificateKind {
        /// A first one (cấp mới).
        New = "new",
        /// One in the place of another that ends or is broken (cấp đổi, gia hạn).
        Replacement = "replacement",
    }
}
