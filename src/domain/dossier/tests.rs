//! The lifecycle, and the law of contributions.
