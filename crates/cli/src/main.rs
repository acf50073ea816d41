//! The `shian` command: reads the arguments and hands them to the verb; holds no rule and no SQL.

fn main() {}
