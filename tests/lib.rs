//! Tests of the whole house live beside this file.
