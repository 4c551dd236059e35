//! What the machine measured: memory of this process.

use std::fs;

/// Resident memory in KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// The most that it was.
    pub peak: u64,
    /// What it is now.
    pub now: u64,
}

/// Reads it; None where the machine doesn't tell (it does on Linux).
pub fn memory() -> Option<Memory> {
    parse(&fs::read_to_string("/proc/self/status").ok()?)
}

fn parse(status: &str) -> Option<Memory> {
    let of = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.trim_start_matches(':').trim().strip_suffix("kB")?.trim().parse().ok()
    };
    Some(Memory { peak: of("VmHWM")?, now: of("VmRSS")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_linux_is_read() {
        let status = "Name:\tbonro\nVmHWM:\t  123456 kB\nVmRSS:\t   98765 kB\nThreads:\t3\n";
        assert_eq!(parse(status), Some(Memory { peak: 123_456, now: 98_765 }));
        assert_eq!(parse("Name:\tbonro\n"), None);
    }
}
