//! Help in Vietnamese and English: the frame that clap writes in English only.

use clap::{Arg, ArgAction, Command};

const TEMPLATE: &str = "{about-with-newline}\nCách dùng / Usage: {usage}\n\n{all-args}{after-help}";

/// Gives a command and all its subcommands the bilingual frame.
pub fn bilingual(command: Command) -> Command {
    let command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("Lệnh / Commands")
        .subcommand_value_name("LỆNH/COMMAND")
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help("In phần trợ giúp này / Print this help"),
        )
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "Tham số / Arguments" } else { "Tùy chọn / Options" };
            arg.help_heading(heading)
        });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, bilingual))
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use crate::cli::Arguments;

    fn each(command: &Command, see: &mut impl FnMut(&Command)) {
        see(command);
        for sub in command.get_subcommands() {
            each(sub, see);
        }
    }

    #[test]
    fn every_help_line_is_vietnamese_and_english() {
        let command = super::bilingual(Arguments::command());
        each(&command, &mut |command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(about.contains(" / "), "{}: {about}", command.get_name());
            for arg in command.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains(" / "), "{} {}: {help}", command.get_name(), arg.get_id());
            }
        });
    }

    #[test]
    fn the_arguments_fit_together() {
        super::bilingual(Arguments::command()).debug_assert();
    }
}
