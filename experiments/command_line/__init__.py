"""What each subcommand does, from the options to what lies in the results folder."""
